using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Agentworks.Errors;
using Agentworks.Files;
using Agentworks.Model;
using Agentworks.Tests.EndToEnd.Support;
using Agentworks.Transport;

namespace Agentworks.Tests.EndToEnd.Files;

/// <summary>Files and folders go there and back; a machine that lies puts nothing outside of the destination.</summary>
[Collection("machine")]
public sealed class FileTransferTests(MachineFixture machine) : FileGroundTests(machine, "transfer")
{
    [MachineFact]
    public async Task A_tree_goes_there_and_comes_back_equal()
    {
        var source = Directory.CreateDirectory(Path.Combine(Local, "tree")).FullName;
        var random = new Random(7);
        for (var i = 0; i < 450; i++)
        {
            var folder = Directory.CreateDirectory(Path.Combine(source, $"d{i % 7}", $"e{i % 3}")).FullName;
            await File.WriteAllBytesAsync(Path.Combine(folder, $"f{i} ü"), RandomNumberGenerator.GetBytes(random.Next(0, 5000)));
        }

        await File.WriteAllBytesAsync(Path.Combine(source, "large"), RandomNumberGenerator.GetBytes(40 << 20));
        File.CreateSymbolicLink(Path.Combine(source, "d1/link"), "../large");
        File.CreateSymbolicLink(Path.Combine(source, "out"), "/etc");

        var sent = Assert.Single(await Outcomes.DrainAsync(Machine.Engine.FileCopier.UploadAsync(
            Place, new CopyFiles { Sources = [source], Destination = "there/tree", Recurse = true }, Quiet, CancellationToken.None)));
        Assert.Equal((452, Root + "/there/tree"), (sent.Files, sent.Destination));
        var back = Assert.Single(await Outcomes.DrainAsync(Machine.Engine.FileCopier.DownloadAsync(
            Place, new CopyFiles { Sources = ["there/tree"], Destination = Path.Combine(Local, "back"), Recurse = true }, literal: true, Quiet, CancellationToken.None)));
        Assert.Equal((452, sent.Bytes), (back.Files, back.Bytes));

        Assert.Equal(Tree(source).Where(one => !one.StartsWith("out", StringComparison.Ordinal)), Tree(Path.Combine(Local, "back")));
        Assert.Empty(Directory.GetFiles(Local, ".agw*", SearchOption.AllDirectories));
        Assert.Equal("0\n", await RunAsync("find . -name '.agw*' | wc -l"));
    }

    [MachineFact]
    public async Task What_is_there_is_replaced_only_when_asked()
    {
        var source = Path.Combine(Local, "file");
        await File.WriteAllTextAsync(source, "new");
        await WriteAsync("file", "old");
        var request = new CopyFiles { Sources = [source], Destination = "." };

        await Assert.ThrowsAsync<AlreadyExistsException>(() => Outcomes.DrainAsync(Machine.Engine.FileCopier.UploadAsync(Place, request, Quiet, CancellationToken.None)));
        Assert.Equal("old", await ReadAsync("file"));
        var sent = Assert.Single(await Outcomes.DrainAsync(Machine.Engine.FileCopier.UploadAsync(Place, request with { Overwrite = true }, Quiet, CancellationToken.None)));
        Assert.Equal(Convert.ToHexString(SHA256.HashData("new"u8)), sent.Sha256, ignoreCase: true);
        Assert.Equal("new", await ReadAsync("file"));
    }

    /// <summary>Entries that a machine in other hands might send, each with content that must not be found outside.</summary>
    [Theory]
    [InlineData("../evil")]
    [InlineData("/tmp/agw-evil")]
    [InlineData("a/../../evil")]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("a//b")]
    [InlineData("planted/evil")]
    [InlineData("made/evil")]
    [InlineData("x\udcff")]
    public async Task A_machine_that_lies_puts_nothing_outside(string name)
    {
        var destination = Path.Combine(Local, "got");
        var outside = Directory.CreateDirectory(Path.Combine(Local, "outside")).FullName;
        Directory.CreateDirectory(destination);
        File.CreateSymbolicLink(Path.Combine(destination, "planted"), outside);
        using var answer = new MemoryStream();
        Frame(answer, 'e', Entry(1, string.Empty, string.Empty));
        Frame(answer, 'e', Entry(2, "made", outside));
        Frame(answer, 'e', Entry(2, "made2", "../outside"));
        Frame(answer, 'e', Entry(0, name, string.Empty));
        Frame(answer, 'd', "evil"u8.ToArray());
        Frame(answer, 'z', []);
        Frame(answer, 'h', Encoding.ASCII.GetBytes(Convert.ToHexString(SHA256.HashData("evil"u8)).ToLowerInvariant()));
        Frame(answer, 'E', []);
        var failures = new List<AgentworksException>();

        using var download = new FileDownload(
            new FileProgram(new LyingShell(answer.ToArray()), null, "/x", confined: true),
            TestGround(),
            new CopyFiles { Sources = ["got"], Destination = Local, Recurse = true, Overwrite = true },
            null,
            Quiet,
            outcome =>
            {
                failures.AddRange(outcome.Error is null ? [] : [outcome.Error]);
                return ValueTask.CompletedTask;
            });
        await download.RunAsync(CancellationToken.None);

        Assert.Empty(Directory.GetFileSystemEntries(outside));
        Assert.False(File.Exists("/tmp/agw-evil"));
        Assert.False(File.Exists(Path.Combine(Local, "evil")));
        Assert.Null(new FileInfo(Path.Combine(destination, "made")).LinkTarget);
        Assert.Contains(failures, failure => failure is UnusableNameException);
    }

    [Fact]
    public async Task What_arrives_and_is_not_what_was_read_is_not_kept()
    {
        using var answer = new MemoryStream();
        Frame(answer, 'e', Entry(0, string.Empty, string.Empty));
        Frame(answer, 'd', "changed"u8.ToArray());
        Frame(answer, 'z', []);
        Frame(answer, 'h', Encoding.ASCII.GetBytes(Convert.ToHexString(SHA256.HashData("read"u8)).ToLowerInvariant()));
        await File.WriteAllTextAsync(Path.Combine(Local, "file"), "old");

        using var download = new FileDownload(
            new FileProgram(new LyingShell(answer.ToArray()), null, "/x", confined: true), TestGround(),
            new CopyFiles { Sources = ["file"], Destination = Local, Overwrite = true }, null, Quiet, _ => ValueTask.CompletedTask);
        await Assert.ThrowsAsync<FileTransferException>(() => download.RunAsync(CancellationToken.None));

        Assert.Equal("old", await File.ReadAllTextAsync(Path.Combine(Local, "file")));
        Assert.Single(Directory.GetFiles(Local));
    }

    private static IEnumerable<string> Tree(string folder) =>
        Directory.GetFileSystemEntries(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(path =>
            Path.GetRelativePath(folder, path) + (new FileInfo(path).LinkTarget is { } target ? " -> " + target
                : Directory.Exists(path) ? "/" : " " + Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path)))));

    private static FileGround TestGround() => new(
        new State.Rows.VmRow
        {
            Id = "v", Name = "v", Platform = "ssh", Template = "default", State = LifecycleState.Ready, DesiredPower = DesiredPower.Running, AdminUser = "root", HostName = "v", WorkspacesPath = "/x",
        },
        new State.Rows.WorkspaceRow
        {
            Id = "w", Name = "w", VmId = "v", Isolation = WorkspaceIsolation.Shared, State = LifecycleState.Ready, Template = "default", Path = "/x", LinuxGroup = "ws-w",
        },
        "ws-w",
        Confined: true);

    private static void Frame(Stream stream, char type, byte[] payload)
    {
        var head = new byte[5];
        head[0] = (byte)type;
        BinaryPrimitives.WriteUInt32BigEndian(head.AsSpan(1), (uint)payload.Length);
        stream.Write(head);
        stream.Write(payload);
    }

    private static byte[] Entry(byte kind, string name, string target)
    {
        using var entry = new MemoryStream();
        entry.WriteByte(kind);
        entry.Write(new byte[20]);
        foreach (var text in new[] { name, "root", "root", target })
        {
            var bytes = MachinePath.Encode(text);
            var length = new byte[4];
            BinaryPrimitives.WriteUInt32BigEndian(length, (uint)bytes.Length);
            entry.Write(length);
            entry.Write(bytes);
        }

        return entry.ToArray();
    }

    /// <summary>Answers whatever is asked with what it was given.</summary>
    private sealed class LyingShell(byte[] answer) : IMachineShell
    {
        public async Task<RemoteResult> RunAsync(RemoteCommand command, Func<OutputChunk, ValueTask>? onOutput, CancellationToken cancellationToken)
        {
            await onOutput!(new OutputChunk(OutputStream.Output, answer));
            return new RemoteResult { ExitCode = 0, Output = default, Error = default, OutputLength = answer.Length, ErrorLength = 0 };
        }

        public Task<string> EvaluateAsync(string perl, IReadOnlyList<string> arguments, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
