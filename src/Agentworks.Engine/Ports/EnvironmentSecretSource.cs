namespace Agentworks.Ports;

/// <summary>Secrets from the operator's own environment variables.</summary>
public sealed class EnvironmentSecretSource : ISecretSource
{
    public Task<string?> FindAsync(string name, CancellationToken cancellationToken) =>
        Task.FromResult(Environment.GetEnvironmentVariable(name));
}
