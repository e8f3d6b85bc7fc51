using System.Text;
using Agentworks.OperatorFiles;

namespace Agentworks.Tests.Unit.OperatorFiles;

/// <summary>The operator's ssh configuration keeps every byte that is not ours.</summary>
public sealed class SshConfigEditTests
{
    private const string Home = "/home/op";
    private const string Own = "/home/op/.ssh/config.d/agentworks.conf";
    private const string Line = "Include ~/.ssh/config.d/agentworks.conf";

    public static TheoryData<byte[]> Files => new()
    {
        Array.Empty<byte>(),
        "Host a\n  User b\n"u8.ToArray(),
        "Host a\r\n\tUser b\r\n\r\n"u8.ToArray(),
        "Host a\n  User b"u8.ToArray(),
        "\uFEFFHost a\n"u8.ToArray(),
        "\n\n# c\n"u8.ToArray(),
        new byte[] { 0xff, 0xfe, (byte)'\n', 0x00, 0xc3, 0x28 },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public void An_include_is_put_before_everything_else_once(byte[] before)
    {
        var after = SshConfigEdit.Include(before, Own, Home);
        var mark = before.AsSpan().StartsWith(Encoding.UTF8.GetPreamble()) ? 3 : 0;
        var end = Encoding.Latin1.GetString(before).Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";
        Assert.Equal([.. before[..mark], .. Encoding.UTF8.GetBytes(Line + end), .. before[mark..]], after);
        Assert.Same(after, SshConfigEdit.Include(after, Own, Home));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_section_comes_and_goes_and_leaves_no_trace(byte[] before)
    {
        var with = SshConfigEdit.Section(before, "Host one\n    Port 1\n");
        Assert.True(SshConfigEdit.HasSection(with));
        Assert.Equal(with, SshConfigEdit.Section(with, "Host one\n    Port 1\n"));
        var changed = SshConfigEdit.Section(with, "Host two\n");
        Assert.Contains("Host two", Encoding.Latin1.GetString(changed), StringComparison.Ordinal);
        Assert.DoesNotContain("Host one", Encoding.Latin1.GetString(changed), StringComparison.Ordinal);
        Assert.Equal(before, SshConfigEdit.Section(changed, null));
        Assert.Equal(before, SshConfigEdit.Section(before, null));
    }

    [Fact]
    public void A_section_stays_where_the_operator_moved_it()
    {
        var section = Encoding.UTF8.GetString(SshConfigEdit.Section([], "Host one\n"));
        var moved = Encoding.UTF8.GetBytes("# mine\n" + section + "Host last\n  User x");
        var after = Encoding.UTF8.GetString(SshConfigEdit.Section(moved, "Host two\n"));
        Assert.StartsWith("# mine\n" + SshConfigEdit.Begin, after, StringComparison.Ordinal);
        Assert.EndsWith(SshConfigEdit.End + "\nHost last\n  User x", after, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_its_end_mark_nothing_is_cut()
    {
        var broken = Encoding.UTF8.GetBytes(SshConfigEdit.Begin + "\nHost x\n  Port 1\n");
        Assert.EndsWith(Encoding.UTF8.GetString(broken), Encoding.UTF8.GetString(SshConfigEdit.Section(broken, "Host two\n")), StringComparison.Ordinal);
        Assert.Equal(broken, SshConfigEdit.Section(broken, null));
    }

    [Theory]
    [InlineData("Include ~/.ssh/config.d/agentworks.conf", true)]
    [InlineData("  include=\"/home/op/.ssh/config.d/agentworks.conf\"", true)]
    [InlineData("INCLUDE other config.d/*", true)]
    [InlineData("Include config.d/*.conf\r", true)]
    [InlineData("# Include ~/.ssh/config.d/agentworks.conf", false)]
    [InlineData("Include ~/.ssh/config.d/other.conf", false)]
    [InlineData("Include config.d/*.cfg", false)]
    [InlineData("Host x\nInclude config.d/*", false)]
    [InlineData("Host x\nUser y\nHost *\nInclude config.d/*", true)]
    [InlineData("Host x\nInclude config.d/agentworks.conf", true)]
    [InlineData("ProxyCommand Include ~/.ssh/config.d/agentworks.conf", false)]
    public void What_includes_it_already_is_seen(string text, bool included) =>
        Assert.Equal(included, SshConfigEdit.Includes(Encoding.UTF8.GetBytes(text), Own, Home));

    [Theory]
    [InlineData("/home/op/.ssh/key", "~/.ssh/key")]
    [InlineData("/home/operator/key", "/home/operator/key")]
    [InlineData("/home/op/my keys/key", "\"~/my keys/key\"")]
    [InlineData("/srv/a#b", "\"/srv/a#b\"")]
    public void Paths_are_said_as_ssh_reads_them(string path, string said) => Assert.Equal(said, SshConfigText.Quote(path, Home));

    [Theory]
    [InlineData("/srv/a\"b")]
    [InlineData("/srv/a\nb")]
    [InlineData("/srv/${HOME}")]
    public void What_ssh_cannot_read_is_refused(string path) =>
        Assert.Throws<Errors.InvalidRequestException>(() => SshConfigText.Quote(path, Home));

    [Fact]
    public void A_windows_path_has_forward_slashes() =>
        Assert.Equal("\"~/my keys/key\"", SshConfigText.Quote(@"C:\Users\op\my keys\key", @"C:\Users\op"));
}
