namespace Agentworks.Build.Testing;

/// <summary>Some of the tests.</summary>
internal interface ITestSuite
{
    string Name { get; }

    /// <param name="repository">Where everything is.</param>
    /// <param name="filter">Part of the names of the tests to run; null for all.</param>
    /// <param name="cancellationToken">Cancels.</param>
    Task<TestCounts> RunAsync(Repository repository, string? filter, CancellationToken cancellationToken);
}
