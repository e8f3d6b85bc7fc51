using Agentworks.Errors;
using Agentworks.Files;
using Agentworks.Model;
using Agentworks.Tests.EndToEnd.Support;

namespace Agentworks.Tests.EndToEnd.Files;

/// <summary>No path leads out of a shared workspace, in whatever way it is written, whatever agents put there, and whatever they change meanwhile.</summary>
[Collection("machine")]
public sealed class FileEscapeTests(MachineFixture machine) : FileGroundTests(machine, "escape")
{
    private const int Rounds = 12;
    private const int PerRound = 300;

    // Ways to the folder outside. An agent can make all of these links.
    private static readonly string[] Ways =
    [
        Outside, "/" + Outside, Outside + "/.", "/proc/self/root" + Outside, "/proc/1/root" + Outside, "/opt/agentworks/workspaces/escape/../../../.." + Outside,
        "/opt/agentworks/workspaces/escape/dir/../../../../.." + Outside, "/opt/agentworks/workspaces/../../.." + Outside, "/opt/agentworks/workspaces/escape2/../escape/../../../.." + Outside,
        "../../../.." + Outside, "dir/../../../../.." + Outside, "dir/../../escape/../../../.." + Outside, "./.././../../.." + Outside, "dir//..//..//..//..//../" + Outside,
        "abs", "abs/.", "abs/../outside", "abs-root" + Outside, "up/../../.." + Outside, "dir/up2/../../.." + Outside, "chain1", "dir/chain", "self" + Outside, "cwd/../../../.." + Outside,
        "fd/3/../../../.." + Outside, "task/root" + Outside, "relative", "dir/relative", "slash", "dir/../abs", "abs//", "dots",
    ];

    // What is asked for there.
    private static readonly string[] Ends = ["secret", "./secret", "/secret", "sub/secret", "sub/../secret", "sub//secret", "secret/", "new", "sub/new", "new/new", "..", "../outside/secret"];

    private const string Links = """
        mkdir dir; printf inside > dir/file
        ln -s /srv/outside abs; ln -s / abs-root; ln -s .. up; ln -s ../.. dir/up2; ln -s chain2 chain1; ln -s dir/chain chain2; ln -s ../abs dir/chain
        ln -s /proc/self/root self; ln -s /proc/self/cwd cwd; ln -s /proc/self/fd fd; ln -s /proc/self/task/../ task; ln -s ../../../../srv/outside relative
        ln -s ../../../../../srv/outside dir/relative; ln -s /srv/outside/ slash; ln -s ./../.././../../srv/outside dots
        ln -s /srv/outside/secret file-abs; ln -s ../../../../srv/outside/secret file-rel; ln -s /srv/outside/new new-abs; ln -s ../../../../srv/outside/new2 new-rel
        ln -s loop loop; ln -s /dev/zero zero; ln -s /proc/self/environ env; ln -s /proc/self/fd/0 stdin; ln -s /proc/self/fd/1 stdout; mkfifo pipe
        """;

    private static readonly string[] Others =
    [
        "file-abs", "file-rel", "new-abs", "new-rel", "loop", "loop/x", "zero", "env", "stdin", "stdout", "pipe", "/dev/zero", "/dev/null", "/dev/stdin", "/etc/passwd", "/etc/shadow", "/proc/self/environ",
        "/proc/self/mem", "/proc/kcore", "/sys/kernel/notes", "/run", "/", "//", "/..", "..", "../", "../.", "../..", "../other", "../escape2", "dir/..//..", "dir/../..", "a/../../b", "none/../../..",
        "..\0", "a\0b", "\0", "dir/file\0/../../..", "dir/file/..", "dir/file/../../..", "dir/file/.", "dir/file/", "~", "~/x/../../..", "file:///etc/passwd", "\\..\\..\\etc", "..\\..\\etc\\passwd",
        "C:\\Windows", "CON", "NUL", "nul.txt", "\\\\?\\C:\\x", "․․/etc", "．．/etc/passwd", "..∕..∕etc", "%2e%2e/etc", "%2e%2e%2f%2e%2e", "..;/etc", "\u202e../etc", ".. /etc", " ../../etc", "..\n/etc", "\udcff/../../..",
        new string('a', 256), new string('a', 5000), string.Concat(Enumerable.Repeat("../", 1300)) + "etc/passwd", string.Concat(Enumerable.Repeat("dir/../", 500)) + "../../../../srv/outside/secret",
    ];

    /// <summary>More than 300: each way with each end, and the others.</summary>
    public static IReadOnlyList<string> Paths { get; } = [.. Ways.SelectMany(way => Ends.Select(end => $"{way}/{end}")), .. Others];

    [MachineFact]
    public async Task More_than_three_hundred_paths_reach_nothing()
    {
        Assert.InRange(Paths.Count, 300, int.MaxValue);
        await RunAsync(Links, Agent);

        foreach (var outcome in await ListAsync(new ListFiles { Paths = Paths, Literal = true, Hidden = true, Recurse = true, Depth = 1 }))
        {
            Assert.True(outcome.Value is null || outcome.Value.FullName.StartsWith(Root, StringComparison.Ordinal), $"{outcome.Name}: {outcome.Value}");
            Assert.False(outcome.Value?.Name is "passwd" or "shadow" || (outcome.Value is { Name: "secret", Kind: AgwFileKind.File }), outcome.Name);
        }

        foreach (var path in Paths)
        {
            var read = await Record.ExceptionAsync(async () => Assert.Equal("inside", await ReadAsync(path)));
            Assert.True(read is null or AgentworksException, $"read {Shown(path)}: {read}");
            // Below the workspace there may be a file of that name after it; elsewhere there must be none.
            var written = await Record.ExceptionAsync(() => WriteAsync(path, "inside"));
            Assert.True(written is null or AgentworksException, $"write {Shown(path)}: {written}");
            var removed = await Record.ExceptionAsync(() => Files.RemoveAsync(Place, path + "/x", recurse: true, CancellationToken.None));
            Assert.True(removed is AgentworksException, $"remove {Shown(path)}: {removed}");
        }

        await NothingOutsideChangedAsync();
        await RootAsync("test ! -e /new && test ! -e /opt/agentworks/workspaces/other && test ! -e /etc/new");
    }

    [MachineFact]
    public async Task Edits_and_copies_in_both_directions_reach_nothing_either()
    {
        await RunAsync(Links, Agent);
        var usable = Paths.Where(path => !path.Contains('\0', StringComparison.Ordinal)).ToList();
        await foreach (var edited in Machine.Engine.FileEditor.EditAsync([.. usable.Select(path => (Place, path))], new EditFile { OldText = "secret", NewText = "x" }, Quiet, CancellationToken.None))
        {
            Assert.NotNull(edited.Error);
        }

        var source = Path.Combine(Local, "evil");
        await File.WriteAllTextAsync(source, "evil");
        foreach (var path in usable.Where(path => path.Contains("outside", StringComparison.Ordinal) || path.Contains("abs", StringComparison.Ordinal)))
        {
            await foreach (var sent in Machine.Engine.FileCopier.UploadAsync(Place, new CopyFiles { Sources = [source], Destination = path, Overwrite = true }, Quiet, CancellationToken.None).Caught())
            {
                Assert.True(sent.Value is null || sent.Value.Destination.StartsWith(Root, StringComparison.Ordinal), path);
            }
        }

        await foreach (var got in Machine.Engine.FileCopier.DownloadAsync(
            Place, new CopyFiles { Sources = [.. usable.Where(path => MachinePathIsInside(path))], Destination = Path.Combine(Local, "got") + "/", Recurse = true }, literal: true, Quiet, CancellationToken.None).Caught())
        {
            _ = got;
        }

        foreach (var file in Directory.Exists(Path.Combine(Local, "got")) ? Directory.GetFiles(Path.Combine(Local, "got"), "*", SearchOption.AllDirectories) : [])
        {
            Assert.Equal("inside", await File.ReadAllTextAsync(file));
        }

        await NothingOutsideChangedAsync();
    }

    [MachineTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_folder_that_becomes_a_link_again_and_again_is_never_followed_out(bool withoutOpenat2)
    {
        // Two names change places thousands of times a second: a folder of the workspace, and a link to the one outside.
        await RunAsync($"mkdir flip; printf inside > flip/secret; ln -s {Outside} flop; mkdir deep; mkdir deep/flip; printf inside > deep/flip/secret; ln -s ../../../../../srv/outside deep/flop");
        var flipping = Machine.RunAsync(
            """perl -e 'my ($a, $b, $c, $d) = qw(flip flop deep/flip deep/flop); my $n = 0; until (-e "enough") { $n += (syscall(316, -100, $a, -100, $b, 2) == 0) + (syscall(316, -100, $c, -100, $d, 2) == 0) } print $n'""",
            Agent, Place.Workspace);
        var ground = Files.Ground(Place);
        var program = new FileProgram(Files.Shell(ground), ground.User, ground.Root, confined: true, withoutOpenat2);
        var (inside, refused, written) = (0, 0, 0);
        try
        {
            for (var round = 0; round < Rounds; round++)
            {
                await program.RunAsync(
                    Enumerable.Range(0, PerRound).Select(i => FileRequests.Read(new ReadFile(string.Empty), i % 2 == 0 ? "flip/secret" : "deep/flip/secret")),
                    (type, payload) =>
                    {
                        inside += type == 'd' && payload.Span.SequenceEqual("inside"u8) ? 1 : 0;
                        refused += type == 'X' ? 1 : 0;
                        Assert.False(type == 'd' && payload.Span.SequenceEqual("secret"u8));
                        return ValueTask.CompletedTask;
                    },
                    CancellationToken.None);
                await program.RunAsync(WritesAsync, changes: true, (type, _) =>
                {
                    written += type == 'w' ? 1 : 0;
                    return ValueTask.CompletedTask;
                }, CancellationToken.None);
            }
        }
        finally
        {
            await RunAsync("touch enough", Agent);
            await flipping;
        }

        // They changed places until the end.
        var flipped = await flipping;
        Assert.True(flipped.ExitCode == 0 && long.Parse(flipped.Output, System.Globalization.CultureInfo.InvariantCulture) > 0, flipped.Output + flipped.ErrorOutput);
        Assert.True(inside > 0 && written > 0, $"{inside} read, {refused} refused, {written} written");
        await NothingOutsideChangedAsync();

        static async IAsyncEnumerable<ReadOnlyMemory<byte>> WritesAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
        {
            using var all = System.Security.Cryptography.IncrementalHash.CreateHash(System.Security.Cryptography.HashAlgorithmName.SHA256);
            for (var i = 0; i < PerRound; i++)
            {
                var path = (i % 4) switch { 0 => "flip/secret", 1 => "deep/flip/secret", 2 => $"flip/new{i}", _ => $"deep/flip/made{i}/secret" };
                yield return FileRequests.Write(WriteFlags.MakeFolders | WriteFlags.FollowLink, FileRequests.NoMode, string.Empty, string.Empty, path);
                await foreach (var piece in FileContent.FramesAsync(new MemoryStream("inside"u8.ToArray()), all, null, cancellationToken))
                {
                    yield return piece;
                }

                yield return FileRequests.EndOfFile;
                if (i % 50 == 49)
                {
                    yield return FileRequests.EndOfRound(all.GetHashAndReset());
                }

                if (i % 5 == 0)
                {
                    yield return FileRequests.Remove(i % 2 == 0 ? $"deep/flip/made{i - 1}" : "flip/sub", recurse: true);
                }
            }

            yield return FileRequests.EndOfRound(all.GetHashAndReset());
        }
    }

    [MachineFact]
    public async Task With_leave_to_go_anywhere_the_users_rights_are_the_limit()
    {
        var anywhere = Place with { Anywhere = true };

        Assert.Equal("secret", await ReadAsync(Outside + "/secret", anywhere));
        await Assert.ThrowsAsync<FileAccessDeniedException>(() => ReadAsync("/etc/shadow", anywhere));
        await Assert.ThrowsAsync<FileAccessDeniedException>(() => WriteAsync("/etc/new", "x", place: anywhere));
        await Assert.ThrowsAsync<NotAFileException>(() => ReadAsync("/dev/zero", anywhere));
        Assert.Equal("escape", (await Machine.RunAsync("id -un", null, "escape")).Output.Trim()["ws-".Length..]);
    }

    private static bool MachinePathIsInside(string path) => !path.StartsWith('/') && path.Length < 4000;

    private static string Shown(string path) => TerminalText.EscapeLine(path.Length > 80 ? path[..80] : path);
}
