using Agentworks.Ports;

namespace Agentworks.PowerShell;

/// <summary>
/// Secrets for an engine that is shared by all cmdlets: asks the cmdlet whose work this is, on its pipeline thread, because only there commands
/// such as Get-Secret can run and the operator can be asked. Without a cmdlet there are the environment variables.
/// </summary>
internal sealed class PipelineSecretSource : ISecretSource
{
    private readonly EnvironmentSecretSource _environment = new();

    public Task<string?> FindAsync(string name, CancellationToken cancellationToken) => EventPump.Current is { } pump
        ? pump.OnPipelineThreadAsync(cmdlet => cmdlet.FindSecret(name), cancellationToken)
        : _environment.FindAsync(name, cancellationToken);

    public Task<string?> AskAsync(string name, string purpose, CancellationToken cancellationToken) => EventPump.Current is { } pump
        ? pump.OnPipelineThreadAsync(cmdlet => cmdlet.AskSecret(name, purpose), cancellationToken)
        : Task.FromResult<string?>(null);
}
