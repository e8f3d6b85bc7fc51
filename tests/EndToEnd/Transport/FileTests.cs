using System.Security.Cryptography;
using System.Text;
using Agentworks.Errors;
using Agentworks.Transport;

namespace Agentworks.Tests.EndToEnd.Transport;

/// <summary>Files arrive whole or not at all.</summary>
public sealed class FileTests : IAsyncLifetime
{
    private readonly TestMachine _machine = new();
    private MachineShell _shell = null!;
    private MachineFiles _files = null!;

    public static TheoryData<string> HostileNames => new(
        "plain", "with blank", "-n", "--help", "a'b", "a\"b", "$(touch injected)", "`x`", "new\nline", "*", "?", "\\", "ü 漢", new string('n', 240));

    public Task InitializeAsync()
    {
        _shell = _machine.Direct();
        _files = new MachineFiles(_shell);
        return Task.CompletedTask;
    }

    public Task DisposeAsync() => _machine.DisposeAsync().AsTask();

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(262_144, true)]
    [InlineData(9_000_001, true)]
    [InlineData(0, false)]
    [InlineData(3_000_000, false)]
    public async Task A_file_goes_there_and_comes_back_equal(int size, bool canSeek)
    {
        var content = RandomNumberGenerator.GetBytes(size);
        var path = _machine.PathOf("file");

        await _files.WriteAsync(path, null, canSeek ? new MemoryStream(content) : new OnceStream(content), new FileWriteOptions(), CancellationToken.None);
        using var back = new MemoryStream();
        var length = await _files.ReadAsync(path, null, back, CancellationToken.None);

        Assert.Equal(size, length);
        Assert.Equal(content, back.ToArray());
        Assert.Equal(content, await File.ReadAllBytesAsync(path));
        Assert.Equal(["file"], NamesInFolder());
    }

    [Fact]
    public async Task Only_what_follows_the_sources_position_is_written()
    {
        var source = "skipped text".ToInput();
        source.Position = 8;

        await _files.WriteAsync(_machine.PathOf("file"), null, source, new FileWriteOptions(), CancellationToken.None);

        Assert.Equal("text", await File.ReadAllTextAsync(_machine.PathOf("file")));
    }

    [Theory]
    [MemberData(nameof(HostileNames))]
    public async Task Any_name_is_only_a_name(string name)
    {
        var path = _machine.PathOf(name);

        await _files.WriteAsync(path, null, "text".ToInput(), new FileWriteOptions(), CancellationToken.None);
        using var back = new MemoryStream();
        await _files.ReadAsync(path, null, back, CancellationToken.None);

        Assert.Equal("text", Encoding.UTF8.GetString(back.ToArray()));
        Assert.Equal([name], NamesInFolder());
    }

    [Fact]
    public async Task A_new_file_gets_the_mode_asked_for_or_0644_and_an_old_one_keeps_its_own()
    {
        var (path, strict) = (_machine.PathOf("file"), _machine.PathOf("strict"));

        await WriteAsync(path, null);
        Assert.Equal(Mode("644"), File.GetUnixFileMode(path));
        File.SetUnixFileMode(path, Mode("751"));
        await WriteAsync(path, null);
        Assert.Equal(Mode("751"), File.GetUnixFileMode(path));
        await WriteAsync(path, "0600");
        Assert.Equal(Mode("600"), File.GetUnixFileMode(path));
        await WriteAsync(strict, "4750");
        Assert.Equal(Mode("4750"), File.GetUnixFileMode(strict));
    }

    [Fact]
    public async Task Folders_are_made_only_when_asked_for()
    {
        var path = _machine.PathOf("a/b/c");

        await Assert.ThrowsAsync<NotFoundException>(() => WriteAsync(path, null));
        Assert.False(Directory.Exists(_machine.PathOf("a")));
        await _files.WriteAsync(path, null, "text".ToInput(), new FileWriteOptions(CreateDirectories: true), CancellationToken.None);

        Assert.Equal("text", await File.ReadAllTextAsync(path));
        Assert.Equal(Mode("755"), File.GetUnixFileMode(_machine.PathOf("a/b")));
    }

    [Fact]
    public async Task A_symbolic_link_is_replaced_not_followed()
    {
        var (target, link) = (_machine.PathOf("target"), _machine.PathOf("link"));
        await File.WriteAllTextAsync(target, "old");
        File.SetUnixFileMode(target, Mode("600"));
        File.CreateSymbolicLink(link, target);

        await WriteAsync(link, null);

        Assert.Equal("old", await File.ReadAllTextAsync(target));
        Assert.Null(new FileInfo(link).LinkTarget);
        Assert.Equal(("text", Mode("644")), (await File.ReadAllTextAsync(link), File.GetUnixFileMode(link)));
    }

    [Fact]
    public async Task Readers_see_the_old_file_or_the_new_one()
    {
        var path = _machine.PathOf("file");
        var (a, b) = (new string('a', 300_000), new string('b', 300_000));
        await File.WriteAllTextAsync(path, a);
        using var stop = new CancellationTokenSource();
        var reading = Task.Run(async () =>
        {
            var seen = new HashSet<string>(StringComparer.Ordinal);
            while (!stop.IsCancellationRequested)
            {
                seen.Add(await File.ReadAllTextAsync(path, CancellationToken.None));
            }

            return seen;
        });

        for (var i = 0; i < 20; i++)
        {
            await _files.WriteAsync(path, null, (i % 2 == 0 ? b : a).ToInput(), new FileWriteOptions(), CancellationToken.None);
        }

        await stop.CancelAsync();
        Assert.Subset(new HashSet<string>(StringComparer.Ordinal) { a, b }, await reading);
    }

    [Fact]
    public async Task What_cannot_be_done_is_said_and_leaves_nothing_behind()
    {
        Directory.CreateDirectory(_machine.PathOf("folder"));

        await Assert.ThrowsAsync<NotFoundException>(() => _files.ReadAsync(_machine.PathOf("none"), null, Stream.Null, CancellationToken.None));
        await Assert.ThrowsAsync<NotAFileException>(() => _files.ReadAsync(_machine.PathOf("folder"), null, Stream.Null, CancellationToken.None));
        await Assert.ThrowsAsync<NotAFileException>(() => WriteAsync(_machine.PathOf("folder"), null));
        await Assert.ThrowsAsync<NotFoundException>(() =>
            _files.WriteAsync(_machine.PathOf("x"), null, "x".ToInput(), new FileWriteOptions(Owner: "no-such-user"), CancellationToken.None));
        await Assert.ThrowsAsync<InvalidRequestException>(() => WriteAsync("relative", null));
        await Assert.ThrowsAsync<InvalidRequestException>(() => WriteAsync(_machine.PathOf("x"), "rwx"));

        Assert.Equal(["folder"], NamesInFolder());
    }

    [Fact]
    public async Task A_source_that_changes_while_it_is_sent_is_found_out_and_the_old_file_stays()
    {
        var path = _machine.PathOf("file");
        await File.WriteAllTextAsync(path, "old");

        await Assert.ThrowsAsync<FileTransferException>(() =>
            _files.WriteAsync(path, null, new ChangingStream(), new FileWriteOptions(), CancellationToken.None));

        Assert.Equal("old", await File.ReadAllTextAsync(path));
        Assert.Equal(["file"], NamesInFolder());
    }

    private static UnixFileMode Mode(string octal) => (UnixFileMode)Convert.ToInt32(octal, 8);

    private Task WriteAsync(string path, string? mode) =>
        _files.WriteAsync(path, null, "text".ToInput(), new FileWriteOptions(mode), CancellationToken.None);

    private IEnumerable<string> NamesInFolder() =>
        Directory.GetFileSystemEntries(_machine.Folder).Select(path => Path.GetFileName(path)).Where(name => name != "ops");

    /// <summary>Can be read once.</summary>
    private sealed class OnceStream(byte[] content) : MemoryStream(content)
    {
        public override bool CanSeek => false;
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
    }

    /// <summary>Says something else each time it is read from its start.</summary>
    private sealed class ChangingStream : MemoryStream
    {
        private byte _content;

        public ChangingStream()
            : base(new byte[10])
        {
        }

        public override long Position
        {
            get => base.Position;
            set
            {
                base.Position = value;
                _content++;
            }
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await base.ReadAsync(buffer, cancellationToken);
            buffer.Span[..read].Fill(_content);
            return read;
        }
    }
}
