using System.Security.Cryptography;
using Agentworks.Errors;
using Agentworks.Files;
using Agentworks.Model;
using Agentworks.Tests.EndToEnd.Support;

namespace Agentworks.Tests.EndToEnd.Files;

/// <summary>Files of a workspace are listed, read and written, whole and in parts, as the user whose rights hold.</summary>
[Collection("machine")]
public sealed class WorkspaceFileTests(MachineFixture machine) : FileGroundTests(machine, "filing")
{
    [MachineFact]
    public async Task A_list_says_exactly_what_is_there()
    {
        await RunAsync("""
            umask 027; printf x > plain; mkdir -p dir/deep .hidden; printf y > dir/deep/inner.py; printf z > .hidden/z.py; ln -s dir link; mkfifo pipe
            printf n > "$(printf 'new\nline\033[31m\377')"; printf s > run; chmod 4750 run; chmod 1770 dir
            """);

        var all = (await ListAsync(new ListFiles { Paths = ["."], Recurse = true })).Select(one => one.Value!).ToList();
        Assert.Equal(["dir", "link", "new\nline\u001b[31m\udcff", "pipe", "plain", "run", "dir/deep", "dir/deep/inner.py"], all.Select(file => file.Path));
        var run = all.Single(file => file.Name == "run");
        Assert.Equal(("rwsr-x---", "4750", "ws-filing", "ws-filing", 1L, AgwFileKind.File), (run.Mode, run.OctalMode, run.Owner, run.Group, run.Length, run.Kind));
        Assert.Equal(("dir", AgwFileKind.SymbolicLink), (all[1].LinkTarget, all[1].Kind));
        Assert.Equal(AgwFileKind.Pipe, all[3].Kind);
        Assert.Equal(Root + "/dir/deep/inner.py", all[^1].FullName);

        Assert.Equal("n", await ReadAsync(all[2].FullName));
        Assert.Equal(["dir/deep/inner.py"], (await ListAsync(new ListFiles { Paths = ["."], Recurse = true, Filter = "*.py" })).Select(one => one.Name));
        Assert.Equal([".hidden/z.py", "dir/deep/inner.py"], (await ListAsync(new ListFiles { Paths = ["."], Recurse = true, Hidden = true, Filter = "*.py" })).Select(one => one.Name).Order(StringComparer.Ordinal));
        Assert.Equal(["dir/deep"], (await ListAsync(new ListFiles { Paths = ["d*/d*"] })).Select(one => one.Name));
        Assert.Equal(["dir", "dir/deep"], (await ListAsync(new ListFiles { Paths = ["."], Recurse = true, Only = AgwFileKind.Directory })).Select(one => one.Name));
        Assert.Equal(["plain"], (await ListAsync(new ListFiles { Paths = ["plain"] })).Select(one => one.Name));
        Assert.Equal(["link/deep"], (await ListAsync(new ListFiles { Paths = ["link"] })).Select(one => one.Name));
        Assert.IsType<NotFoundException>(Assert.Single(await ListAsync(new ListFiles { Paths = ["none"] })).Error);
        Assert.Empty(await ListAsync(new ListFiles { Paths = ["none*"] }));
    }

    [MachineTheory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65_537)]
    [InlineData(3_000_001)]
    public async Task Random_bytes_come_back_equal(int size)
    {
        var content = RandomNumberGenerator.GetBytes(size);

        var file = await Files.WriteAsync(Place, new WriteFile { Path = "a/b/random" }, new MemoryStream(content), CancellationToken.None);
        var (back, head) = await Files.ReadAllAsync(Place, new ReadFile("a/b/random"), CancellationToken.None);

        Assert.Equal(content, back);
        Assert.Equal((size, size), (file.Length, head.File.Length));
        Assert.Equal("random\n", await RunAsync("ls -A a/b"));
    }

    [MachineFact]
    public async Task Only_the_part_that_is_asked_for_is_read()
    {
        // 8 TiB, of which no disk holds more than the last lines: whoever read it from its beginning would never come to its end.
        await RunAsync("truncate -s 8T huge; printf 'x\\none\\ntwo\\n' >> huge; printf 'one\\ntwo\\r\\nthree' > lines; printf '\\377\\376a\\0\\n\\0b\\0\\n\\0' > wide");

        Assert.Equal(["one", "two"], await LinesAsync(new ReadFile("huge", Last: 2)));
        Assert.Equal("one", System.Text.Encoding.UTF8.GetString((await Files.ReadAllAsync(Place, new ReadFile("huge", (8L << 40) + 2, 3), CancellationToken.None)).Bytes));
        Assert.Equal(["one", "two"], await LinesAsync(new ReadFile("lines", First: 2)));
        Assert.Equal(["three"], await LinesAsync(new ReadFile("lines", Last: 1)));
        Assert.Equal(["one", "two", "three"], await LinesAsync(new ReadFile("lines", Last: 100)));
        Assert.Equal(["a"], await LinesAsync(new ReadFile("wide", First: 1)));
        Assert.Equal(["b"], await LinesAsync(new ReadFile("wide", Last: 1)));
        Assert.Equal(["a", "b"], await LinesAsync(new ReadFile("wide")));
        Assert.Empty((await Files.ReadAllAsync(Place, new ReadFile("lines", 1000), CancellationToken.None)).Bytes);
    }

    [MachineFact]
    public async Task What_is_replaced_keeps_its_mode_its_owner_and_its_list()
    {
        await RunAsync("umask 077; printf old > mine; chmod 0640 mine; setfacl -m u:nobody:r mine; printf old > shut; chmod 0600 shut", Agent);
        await RunAsync("getfacl -c mine > before");

        await WriteAsync("mine", "new");
        Assert.Equal("new", await RunAsync("cat mine; getfacl -c mine | diff before - >&2"));
        Assert.Equal("agt-" + Agent, (await Files.FindAsync(Place with { Agent = Agent }, "mine", CancellationToken.None))!.Owner.Length > 0 ? "agt-" + Agent : string.Empty);
        await Assert.ThrowsAsync<FileAccessDeniedException>(() => ReadAsync("shut"));
        Assert.Equal("old", await ReadAsync("shut", Place with { Agent = Agent }));

        await WriteAsync("mine", "newer", how => how with { Mode = "0755" });
        Assert.Equal("755\n", await RunAsync("stat -c %a mine"));
        var fresh = await WriteAsync("fresh/file", "x");
        Assert.Equal("rw-rw----", fresh.Mode);
        Assert.Equal("x", await RunAsync("cat fresh/file; printf y >> fresh/file", Agent));
    }

    [MachineFact]
    public async Task Links_in_the_workspace_are_followed_and_hard_links_to_what_is_others_are_not_written()
    {
        await RunAsync("mkdir dir; printf old > dir/real; ln -s dir/real link; ln -s ../dir/real dir/back; ln dir/real hard");

        await WriteAsync("link", "one");
        await WriteAsync("dir/back", "two");

        Assert.Equal("two old dir/real\n", await RunAsync("echo $(cat dir/real) $(cat hard) $(readlink link)"));
        await RootAsync($"printf secret > /etc/of-root; chmod 600 /etc/of-root; ln /etc/of-root {Root}/to-root 2>/dev/null || cp -p /etc/of-root {Root}/to-root");
        await Assert.ThrowsAsync<FileAccessDeniedException>(() => ReadAsync("to-root"));
        await WriteAsync("to-root", "mine");
        Assert.Equal("secret", (await Machine.RootAsync("cat /etc/of-root; rm /etc/of-root")).Output);
    }

    [MachineFact]
    public async Task Appending_adds_all_and_a_file_that_must_be_new_is_not_replaced()
    {
        await WriteAsync("log", "one\n", how => how with { Append = true });
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => WriteAsync("log", $"{i}\n", how => how with { Append = true })));

        Assert.Equal(21, (await ReadAsync("log")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Distinct().Count());
        await WriteAsync("new", "a", how => how with { NoClobber = true });
        await Assert.ThrowsAsync<AlreadyExistsException>(() => WriteAsync("new", "b", how => how with { NoClobber = true }));
        Assert.Equal("a", await ReadAsync("new"));
    }

    [MachineFact]
    public async Task What_cannot_be_done_is_said_by_its_name_and_waits_for_nobody()
    {
        await RunAsync("mkdir dir; mkfifo pipe; printf x > file; mkdir closed; printf x > closed/x; chmod 0 closed");
        await RootAsync($"mknod {Root}/device c 1 5 2>/dev/null || true; perl -MSocket -e 'socket(S,PF_UNIX,SOCK_STREAM,0); bind(S, sockaddr_un(\"{Root}/socket\"))'; chmod 666 {Root}/socket");

        await Assert.ThrowsAsync<NotFoundException>(() => ReadAsync("none"));
        await Assert.ThrowsAsync<NotAFileException>(() => ReadAsync("dir"));
        await Assert.ThrowsAsync<NotAFileException>(() => ReadAsync("pipe"));
        await Assert.ThrowsAsync<NotAFileException>(() => ReadAsync("socket"));
        await Assert.ThrowsAsync<NotAFolderException>(() => ReadAsync("file/x"));
        await Assert.ThrowsAsync<FileAccessDeniedException>(() => ReadAsync("closed/x"));
        foreach (var special in new[] { "dir", "pipe", "socket" })
        {
            await Assert.ThrowsAsync<NotAFileException>(() => WriteAsync(special, "x"));
        }

        await Assert.ThrowsAsync<NotAFileException>(() => WriteAsync(".", "x"));
        await Assert.ThrowsAsync<NotAFolderException>(() => WriteAsync("file/x", "x"));
        await Assert.ThrowsAsync<FileAccessDeniedException>(() => WriteAsync("closed/y", "x"));
        await Assert.ThrowsAsync<InvalidRequestException>(() => WriteAsync("x", "x", how => how with { Mode = "rwx" }));
        await RunAsync("chmod 700 closed");
        Assert.Equal("0\n", await RunAsync("find . -name '.agw*' | wc -l"));
    }

    [MachineFact]
    public async Task A_full_disk_leaves_the_old_file()
    {
        await RootAsync($"mkdir {Root}/small; mount -t tmpfs -o size=256k,mode=0777 none {Root}/small");
        try
        {
            await WriteAsync("small/file", "old");
            var large = new MemoryStream(new byte[1 << 20]);

            await Assert.ThrowsAsync<DiskFullException>(() => Files.WriteAsync(Place, new WriteFile { Path = "small/file" }, large, CancellationToken.None));
            await Assert.ThrowsAsync<DiskFullException>(() => Files.WriteAsync(Place, new WriteFile { Path = "small/file", Append = true }, new MemoryStream(new byte[200 << 10]), CancellationToken.None));

            Assert.Equal("old", await ReadAsync("small/file"));
            Assert.Equal("file\n", await RunAsync("ls -A small"));
        }
        finally
        {
            await RootAsync($"umount {Root}/small");
        }
    }

    [MachineFact]
    public async Task A_writer_that_is_killed_leaves_the_old_file_and_the_next_clears_up()
    {
        await WriteAsync("file", "old");
        using var slow = new HeldContent();
        var writing = Files.WriteAsync(Place, new WriteFile { Path = "file" }, slow, CancellationToken.None);
        await Eventually.BecomesAsync(async () => (await RunAsync("ls -A")).Contains(".agw-", StringComparison.Ordinal), "the new file has begun");

        await RootAsync("pkill -KILL -u ws-filing perl");
        slow.Release();

        await Assert.ThrowsAsync<RemoteCommandException>(() => writing);
        Assert.Equal("old", await ReadAsync("file"));
        await WriteAsync("other", "x");
        Assert.Equal("file\nother\n", await RunAsync("ls -A"));
    }

    [MachineFact]
    public async Task Folders_are_made_things_are_moved_and_removed()
    {
        await Files.MakeFolderAsync(Place, "a/b", null, mayExist: false, CancellationToken.None);
        await Files.MakeFolderAsync(Place, "a/b", null, mayExist: true, CancellationToken.None);
        await Assert.ThrowsAsync<AlreadyExistsException>(() => Files.MakeFolderAsync(Place, "a/b", null, mayExist: false, CancellationToken.None));
        await WriteAsync("a/b/file", "x");
        await RunAsync($"ln -s {Outside} a/b/out; ln -s {Outside} direct");

        await Assert.ThrowsAsync<AlreadyExistsException>(() => Files.MoveAsync(Place, "a", "direct", overwrite: false, CancellationToken.None));
        await Files.MoveAsync(Place, "a", "c", overwrite: false, CancellationToken.None);
        await Assert.ThrowsAsync<FolderNotEmptyException>(() => Files.RemoveAsync(Place, "c", recurse: false, CancellationToken.None));
        await Files.RemoveAsync(Place, "c", recurse: true, CancellationToken.None);
        await Files.RemoveAsync(Place, "direct", recurse: true, CancellationToken.None);
        await Assert.ThrowsAsync<NotFoundException>(() => Files.RemoveAsync(Place, "c", recurse: true, CancellationToken.None));

        Assert.Empty(await ListAsync(new ListFiles { Paths = ["."], Hidden = true }));
        await NothingOutsideChangedAsync();
    }

    private async Task<List<string>> LinesAsync(ReadFile request)
    {
        var lines = new List<string>();
        await foreach (var line in Files.ReadLinesAsync(Place, request, null, CancellationToken.None))
        {
            lines.Add(line);
        }

        return lines;
    }

    /// <summary>Gives its first bytes, and the rest when it is let.</summary>
    private sealed class HeldContent() : MemoryStream(new byte[300_000])
    {
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Release() => _released.TrySetResult();

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position > 0)
            {
                await _released.Task.WaitAsync(cancellationToken);
            }

            return await base.ReadAsync(buffer, cancellationToken);
        }
    }
}
