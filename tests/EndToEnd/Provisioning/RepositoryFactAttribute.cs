using Agentworks.Tests.EndToEnd.Support;

namespace Agentworks.Tests.EndToEnd.Provisioning;

/// <summary>A test on a real machine that installs from a repository made here.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RepositoryFactAttribute : FactAttribute
{
    public RepositoryFactAttribute() => Skip = new MachineFactAttribute().Skip
        ?? (AptRepository.Missing() is { } program ? $"needs {program} to make a repository" : null);
}
