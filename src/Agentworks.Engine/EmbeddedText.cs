using System.Collections.Concurrent;

namespace Agentworks;

/// <summary>The scripts and files that run on the machines, which lie beside the code as files of their own language.</summary>
internal static class EmbeddedText
{
    private static readonly ConcurrentDictionary<string, string> Texts = new(StringComparer.Ordinal);

    public static string Read(string name) => Texts.GetOrAdd(name, static key =>
    {
        using var stream = typeof(EmbeddedText).Assembly.GetManifestResourceStream(key)
            ?? throw new InvalidOperationException($"No embedded file is called {key}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    });
}
