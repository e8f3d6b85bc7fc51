using System.Formats.Tar;
using System.IO.Compression;
using Agentworks.Errors;
using Agentworks.Provisioning.Users;

namespace Agentworks.Tests.Unit.Provisioning.Users;

public sealed class LocalFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("agentworks-unit-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void TheDigestIsThatOfTheContentAlone()
    {
        Write("b", "two");
        Write("a/x", "one");
        var before = LocalFolder.Read(_folder);
        File.SetLastWriteTimeUtc(Path.Combine(_folder, "b"), DateTime.UnixEpoch);
        Write(".git/index", "of no interest");
        var after = LocalFolder.Read(_folder);
        Assert.Equal(before.Digest, after.Digest);
        Assert.Equal(before.Archive.ToArray(), after.Archive.ToArray());
        Write("b", "2");
        Assert.NotEqual(before.Digest, LocalFolder.Read(_folder).Digest);
    }

    [Fact]
    public void TheArchiveHoldsWhatTheManifestSays()
    {
        Write("run", "#!/bin/sh");
        Write("sub/file", "text");
        Directory.CreateDirectory(Path.Combine(_folder, "empty"));
        File.CreateSymbolicLink(Path.Combine(_folder, "sub", "link"), "/etc/passwd");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Path.Combine(_folder, "run"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        var read = LocalFolder.Read(_folder);
        Assert.Equal(["d empty", "x run", "d sub", "f sub/file", "l sub/link"], read.Manifest.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => $"{line[0]} {line.Split('\t')[2]}"));
        using var tar = new TarReader(new GZipStream(new MemoryStream(read.Archive.ToArray()), CompressionMode.Decompress));
        var names = new List<string>();
        while (tar.GetNextEntry() is { } entry)
        {
            names.Add(entry.Name.TrimEnd('/'));
            Assert.Equal(entry.Name == "sub/link" ? "/etc/passwd" : string.Empty, entry.LinkName);
        }

        Assert.Equal([".agentworks-manifest", "empty", "run", "sub", "sub/file", "sub/link"], names);
    }

    [Fact]
    public void AFolderWithoutEndIsRefused()
    {
        using (var file = File.Create(Path.Combine(_folder, "huge")))
        {
            file.SetLength(65 << 20);
        }

        Assert.Throws<InvalidRequestException>(() => LocalFolder.Read(_folder));
    }

    [Fact]
    public void ANameThatWouldBreakTheManifestIsRefused()
    {
        if (!OperatingSystem.IsWindows())
        {
            Write("a\nb", "x");
            Assert.Throws<InvalidRequestException>(() => LocalFolder.Read(_folder));
        }
    }

    private void Write(string path, string text)
    {
        var full = Path.Combine(_folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }
}
