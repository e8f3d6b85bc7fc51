using System.Text;
using Agentworks.Errors;
using Agentworks.Toml;

namespace Agentworks.Tests.Unit.Toml;

internal static class TomlTestExtensions
{
    public const string File = "test.toml";

    public static TomlTable Read(string text) => new TomlReader().Read(File, Encoding.UTF8.GetBytes(text));

    public static ConfigException Refuse(string text) => Assert.Throws<ConfigException>(() => Read(text));

    /// <summary>The node at keys and array indexes, such as "a", "0", "b".</summary>
    public static TomlNode At(this TomlNode node, params string[] steps) => steps.Aggregate(node, (at, step) => at switch
    {
        TomlArray array => array.Items[int.Parse(step, System.Globalization.CultureInfo.InvariantCulture)],
        TomlTable table when table.TryGet(step, out var entry) => entry.Value,
        _ => throw new InvalidOperationException($"there is no '{step}' in {at.Path}"),
    });

    public static T Value<T>(this TomlNode node, params string[] steps)
        where T : notnull
        => Assert.IsType<TomlScalar<T>>(node.At(steps)).Value;

    public static string[] Keys(this TomlNode node) => [.. Assert.IsType<TomlTable>(node).Entries.Select(e => e.Key)];
}
