using System.Text;
using Agentworks.Errors;
using Agentworks.Toml;

namespace Agentworks.Tests.Unit.Toml;

public sealed class TomlHostileInputTests
{
    public static TheoryData<string> DeepDocuments => new()
    {
        "k = " + new string('[', 500_000),
        "k = " + string.Concat(Enumerable.Repeat("{a=", 200_000)),
        "k = " + string.Concat(Enumerable.Repeat("[{a=", 100_000)),
        string.Join('.', Enumerable.Repeat("a", 300_000)) + " = 1",
        "[" + string.Join('.', Enumerable.Repeat("a", 300_000)) + "]",
        "k = {" + string.Join('.', Enumerable.Repeat("a", 300_000)) + " = 1}",
        string.Concat(Enumerable.Range(1, 100).Select(depth => $"[[{string.Join('.', Enumerable.Repeat("a", depth))}]]\n")),
    };

    [Theory]
    [MemberData(nameof(DeepDocuments))]
    public void Documents_nested_too_deep_are_refused(string text)
    {
        var error = TomlTestExtensions.Refuse(text);

        Assert.Contains($"{TomlReader.MaxDepth}", error.Message, StringComparison.Ordinal);
        Assert.InRange(error.Message.Length, 1, 2000);
    }

    [Fact]
    public void The_deepest_allowed_document_is_read()
    {
        // The key is one level, and the innermost array may still hold a value.
        var brackets = TomlReader.MaxDepth - 1;
        var root = TomlTestExtensions.Read($"k = {new string('[', brackets)}1{new string(']', brackets)}");

        Assert.Equal(1, root.Value<long>(["k", .. Enumerable.Repeat("0", brackets)]));
    }

    [Fact]
    public void A_very_long_key_over_many_elements_costs_no_copies()
    {
        var key = new string('k', 500_000);
        var array = TomlTestExtensions.Read($"{key} = [{string.Join(',', Enumerable.Repeat("1", 100_000))}]").At(key);

        Assert.Equal(100_000, Assert.IsType<TomlArray>(array).Items.Count);
        Assert.InRange(array.At("99999").Path.ToString().Length, 1, 200);
    }

    [Theory]
    [InlineData(new byte[] { (byte)'a', (byte)'=', (byte)'"', 0xC3, (byte)'"' }, 1, 4)]
    [InlineData(new byte[] { (byte)'#', (byte)'\n', (byte)'#', 0xC3, 0xA9, 0xED, 0xA0, 0x80 }, 2, 3)]
    [InlineData(new byte[] { 0xFF, 0xFE, (byte)'a', 0 }, 1, 1)]
    [InlineData(new byte[] { 0xC0, 0x80 }, 1, 1)]
    [InlineData(new byte[] { 0xF4, 0x90, 0x80, 0x80 }, 1, 1)]
    public void Invalid_UTF8_is_refused_at_its_place(byte[] content, int line, int column)
    {
        var error = Assert.Throws<ConfigException>(() => new TomlReader().Read(TomlTestExtensions.File, content));

        Assert.Equal((line, column), (error.Line, error.Column));
    }

    [Fact]
    public void Random_bytes_never_fail_in_another_way()
    {
        var random = new Random(20240607);
        for (var round = 0; round < 3000; round++)
        {
            var content = new byte[random.Next(1, 200)];
            random.NextBytes(content);
            ReadOrRefuse(content);
        }
    }

    [Fact]
    public void Damaged_documents_never_fail_in_another_way()
    {
        var sound = Encoding.UTF8.GetBytes(""""
            # comment
            title = "T\u00e9 \"x\"" # é
            [a.'b'."c"]
            n = [1_0, 0xff, -1.5e3, inf, 1979-05-27 07:32:00.5+01:00, 07:32:00, { x.y = 1, z = '' }]
            [[list]]
            s = '''raw'''
            m = """a \
              b"""
            """");
        Assert.NotEmpty(new TomlReader().Read(TomlTestExtensions.File, sound).Entries);
        const string alphabet = "[]{}\"'\\=,.#\n\r\t_-+:0a\0\u007f";
        var random = new Random(7);
        for (var round = 0; round < 5000; round++)
        {
            var content = sound.ToArray();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
            {
                content[random.Next(content.Length)] = (byte)alphabet[random.Next(alphabet.Length)];
            }

            ReadOrRefuse(content.AsSpan(0, random.Next(1, content.Length + 1)));
        }
    }

    private static void ReadOrRefuse(ReadOnlySpan<byte> content)
    {
        try
        {
            Assert.NotNull(new TomlReader().Read(TomlTestExtensions.File, content));
        }
        catch (ConfigException error)
        {
            Assert.True(error is { Line: > 0, Column: > 0 }, error.Message);
            Assert.DoesNotContain(error.Message, char.IsControl);
        }
    }
}
