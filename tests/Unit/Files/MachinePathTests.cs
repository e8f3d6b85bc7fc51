using System.Security.Cryptography;
using System.Text;
using Agentworks.Errors;
using Agentworks.Files;

namespace Agentworks.Tests.Unit.Files;

public sealed class MachinePathTests
{
    [Theory]
    [InlineData("plain")]
    [InlineData("ü 漢 🎈")]
    [InlineData("a\nb\u001b[31m")]
    [InlineData("")]
    public void Text_is_what_UTF8_says(string text)
    {
        Assert.Equal(text, MachinePath.Decode(Encoding.UTF8.GetBytes(text)));
        Assert.Equal(Encoding.UTF8.GetBytes(text), MachinePath.Encode(text));
    }

    [Fact]
    public void Any_bytes_come_back_as_they_were()
    {
        for (var i = 0; i < 2000; i++)
        {
            var bytes = RandomNumberGenerator.GetBytes(i % 40);
            Assert.Equal(bytes, MachinePath.Encode(MachinePath.Decode(bytes)));
        }

        // What looks like an escape itself, an overlong form, a half of a pair, and a character cut short.
        foreach (byte[] odd in new byte[][] { [0xED, 0xB2, 0x80], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xE2, 0x82], [0xF0, 0x9F, 0x8E], [0xFF, 0x41, 0x80] })
        {
            Assert.Equal(odd, MachinePath.Encode(MachinePath.Decode(odd)));
        }
    }

    [Theory]
    [InlineData("a//b/./c/", "a/b/c")]
    [InlineData("./", "")]
    [InlineData("/", "/")]
    [InlineData("//x", "/x")]
    [InlineData("a/../b", "a/../b")]
    public void Normal_paths_have_no_empty_steps_and_keep_those_up(string path, string expected) => Assert.Equal(expected, MachinePath.Normalize(path));

    [Theory]
    [InlineData("a/b", "a/b")]
    [InlineData("/srv/w", "")]
    [InlineData("/srv/w/", "")]
    [InlineData("//srv/w//a", "a")]
    [InlineData("/srv/w/../x", "../x")]
    public void A_path_below_the_root_is_taken_from_there(string path, string expected) => Assert.Equal(expected, MachinePath.Resolve(path, "/srv/w", confined: true));

    [Theory]
    [InlineData("/srv/w2")]
    [InlineData("/srv")]
    [InlineData("/")]
    [InlineData("/etc/passwd")]
    [InlineData("/srv/./x")]
    public void An_absolute_path_elsewhere_is_refused(string path)
    {
        Assert.Throws<PathOutsideException>(() => MachinePath.Resolve(path, "/srv/w", confined: true));
        Assert.StartsWith("/", MachinePath.Resolve(path, "/srv/w", confined: false), StringComparison.Ordinal);
    }

    [Fact]
    public void What_no_path_can_be_is_refused()
    {
        Assert.Throws<InvalidRequestException>(() => MachinePath.Resolve("a\0b", "/srv/w", confined: true));
        Assert.Throws<InvalidRequestException>(() => MachinePath.Resolve(new string('a', 4096), "/srv/w", confined: true));
        Assert.Throws<InvalidRequestException>(() => MachinePath.Encode("a\ud800"));
    }
}
