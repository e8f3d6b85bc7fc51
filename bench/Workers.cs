using Agentworks.Bench.State;

namespace Agentworks.Bench;

/// <summary>The worker modes of this program, by name. Arguments in, exit code out.</summary>
public static class Workers
{
    public static IReadOnlyDictionary<string, Func<string[], Task<int>>> All { get; } =
        new Dictionary<string, Func<string[], Task<int>>>(StringComparer.Ordinal)
        {
            [StateWriteBench.WorkerName] = StateWriteBench.WorkerAsync,
        };
}
