namespace Agentworks.Ports;

/// <summary>Finds secrets by name where the operator keeps them: environment variables, or a vault of the host.</summary>
public interface ISecretSource
{
    /// <summary>The value, or null when there is none by that name.</summary>
    Task<string?> FindAsync(string name, CancellationToken cancellationToken);

    /// <summary>Asks the operator for a value; null where nobody can be asked.</summary>
    Task<string?> AskAsync(string name, string purpose, CancellationToken cancellationToken) => Task.FromResult<string?>(null);
}
