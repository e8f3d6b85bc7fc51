using System.Collections;
using System.Management.Automation;
using Agentworks.Model;

namespace Agentworks.PowerShell;

/// <summary>Starts sessions with their secrets, which are stored nowhere and so must be found again.</summary>
public abstract class SessionStartCommand(string action, bool restart) : SessionPowerCommand(action)
{
    private IReadOnlyDictionary<string, string> _secrets = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Values for the sessions' secret variables: SecureString, PSCredential (its password) or the name of a secret.</summary>
    [Parameter]
    public IDictionary? SecretEnvironment { get; set; }

    private protected override void Prepare() => _secrets = ReadSecrets(SecretEnvironment);

    private protected override IAsyncEnumerable<BatchOutcome<AgwSession>> ChangeAsync(IReadOnlyList<string> names, CancellationToken stop) =>
        Engine.Sessions.StartAsync(names, restart, _secrets, Sink, stop);
}
