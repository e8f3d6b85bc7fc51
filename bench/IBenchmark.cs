namespace Agentworks.Bench;

/// <summary>Measures one promise. It measures its comparison in the same run, turn about, so that both meet the same weather.</summary>
public interface IBenchmark
{
    /// <summary>P1, P2, …, or a word where nothing is promised in numbers.</summary>
    string Id { get; }

    /// <exception cref="BenchSkippedException">Something that it needs is not on this machine.</exception>
    Task<IReadOnlyList<BenchRow>> RunAsync(BenchContext context, CancellationToken cancellationToken);
}
