using Agentworks.Config;

namespace Agentworks.Tests.Shared;

/// <summary>The engine as tests and benchmarks use it: without rate limits and quotas, whatever the configuration of the folder says.</summary>
public static class TestOptions
{
    public static EngineOptions For(string home) => new() { Home = home, Limits = LimitsSection.None };
}
