using System.Collections;

namespace Agentworks.PowerShell.Completion;

/// <summary>Names of images, of the platform on the line if there is one.</summary>
internal sealed class ImageCompleter : EngineCompleter
{
    private protected override IEnumerable<(string Text, string Tip)> Values(AgentworksEngine engine, IDictionary given)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        return engine.Images.ListAsync(platform: null, packages: false, limit.Token).GetAwaiter().GetResult()
            .Where(image => Fits(given, "Platform", image.Platform))
            .DistinctBy(image => image.Name, StringComparer.Ordinal)
            .Select(image => (image.Name, $"{image.Name} of {image.Platform}, {image.SizeBytes >> 20} MiB"));
    }
}
