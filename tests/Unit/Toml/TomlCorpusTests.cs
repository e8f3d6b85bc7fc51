using System.Globalization;
using System.Text.Json;
using Agentworks.Errors;
using Agentworks.Toml;

namespace Agentworks.Tests.Unit.Toml;

/// <summary>The official test corpus, from a folder outside this repository.</summary>
public sealed class TomlCorpusTests
{
    private static IEnumerable<string> Documents(string kind) => File.ReadAllLines(TomlCorpusFactAttribute.ListFile)
        .Where(l => l.StartsWith(kind + "/", StringComparison.Ordinal) && l.EndsWith(".toml", StringComparison.Ordinal))
        .Select(l => Path.Combine(TomlCorpusFactAttribute.Folder, l));

    [TomlCorpusFact]
    public void Valid_documents_have_the_values_that_the_corpus_states()
    {
        var wrong = new List<string>();
        var count = 0;
        foreach (var file in Documents("valid"))
        {
            count++;
            using var expected = JsonDocument.Parse(File.ReadAllBytes(Path.ChangeExtension(file, ".json")));
            try
            {
                Compare(expected.RootElement, new TomlReader().Read(file, File.ReadAllBytes(file)), wrong);
            }
            catch (ConfigException e)
            {
                wrong.Add(e.Message);
            }
        }

        Assert.NotEqual(0, count);
        Assert.Empty(wrong);
    }

    [TomlCorpusFact]
    public void Invalid_documents_are_refused_at_a_place()
    {
        var wrong = new List<string>();
        var count = 0;
        foreach (var file in Documents("invalid"))
        {
            count++;
            try
            {
                new TomlReader().Read(file, File.ReadAllBytes(file));
                wrong.Add(file + " was accepted");
            }
            catch (ConfigException e) when (e is { Line: > 0, Column: > 0 })
            {
                Assert.Equal(file, e.File);
            }
        }

        Assert.NotEqual(0, count);
        Assert.Empty(wrong);
    }

    private static void Compare(JsonElement expected, TomlNode actual, List<string> wrong)
    {
        switch (actual)
        {
            case TomlTable table when expected.ValueKind == JsonValueKind.Object:
                var names = expected.EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal);
                if (!names.SequenceEqual(table.Entries.Select(e => e.Key).Order(StringComparer.Ordinal), StringComparer.Ordinal))
                {
                    wrong.Add($"{table.Path}: other keys");
                    return;
                }

                foreach (var entry in table.Entries)
                {
                    Compare(expected.GetProperty(entry.Key), entry.Value, wrong);
                }

                break;
            case TomlArray array when expected.ValueKind == JsonValueKind.Array && expected.GetArrayLength() == array.Items.Count:
                foreach (var (item, node) in expected.EnumerateArray().Zip(array.Items))
                {
                    Compare(item, node, wrong);
                }

                break;
            default:
                var type = expected.ValueKind == JsonValueKind.Object ? expected.GetProperty("type").GetString() : null;
                var value = expected.ValueKind == JsonValueKind.Object ? expected.GetProperty("value").GetString() : null;
                if (type is null || value is null || !Matches(type, value, actual))
                {
                    wrong.Add($"{actual.Path}: expected {expected.GetRawText()}");
                }

                break;
        }
    }

    private static bool Matches(string type, string value, TomlNode actual) => (type, actual) switch
    {
        ("string", TomlScalar<string> s) => s.Value == value,
        ("integer", TomlScalar<long> i) => i.Value.ToString(CultureInfo.InvariantCulture) == value,
        ("bool", TomlScalar<bool> b) => (b.Value ? "true" : "false") == value,
        ("float", TomlScalar<double> f) => f.Value.Equals(ParseFloat(value)),
        ("datetime", TomlScalar<TomlDateTime> { Kind: TomlKind.OffsetDateTime } d) => SameMoment(value, d.Value),
        ("datetime-local", TomlScalar<TomlDateTime> { Kind: TomlKind.LocalDateTime } d) => SameMoment(value, d.Value),
        ("date-local", TomlScalar<TomlDateTime> { Kind: TomlKind.LocalDate } d) => d.Value.ToString() == value,
        ("time-local", TomlScalar<TomlDateTime> { Kind: TomlKind.LocalTime } d) => SameMoment("2000-01-01T" + value, d.Value with { Date = new DateOnly(2000, 1, 1) }),
        _ => false,
    };

    private static double ParseFloat(string value) => value switch
    {
        "inf" or "+inf" => double.PositiveInfinity,
        "-inf" => double.NegativeInfinity,
        "nan" or "+nan" or "-nan" => double.NaN,
        _ => double.Parse(value, CultureInfo.InvariantCulture),
    };

    private static bool SameMoment(string expected, TomlDateTime actual)
        => DateTimeOffset.Parse(expected, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal)
            == DateTimeOffset.Parse(actual.ToString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
