using System.Globalization;
using System.Reflection;

namespace Agentworks.State;

/// <summary>One step of the schema: the script that leads from the version before to <see cref="Version"/>.</summary>
internal sealed record Migration(int Version, string Sql)
{
    /// <summary>Every step from an empty file on, in order; the scripts are named <c>NNN-what.sql</c>.</summary>
    public static IReadOnlyList<Migration> All { get; } = Load();

    private static List<Migration> Load()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return assembly.GetManifestResourceNames()
            .Where(name => name.EndsWith(".sql", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name =>
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
                return new Migration(int.Parse(name.AsSpan(0, 3), CultureInfo.InvariantCulture), reader.ReadToEnd());
            })
            .ToList();
    }
}
