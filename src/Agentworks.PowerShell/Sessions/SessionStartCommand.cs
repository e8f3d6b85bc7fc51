using System.Collections;
using System.Management.Automation;

namespace Agentworks.PowerShell;

/// <summary>Starts sessions with their secrets, which are stored nowhere and so must be found again.</summary>
public abstract class SessionStartCommand(string action, bool restart) : SessionPowerCommand(action)
{
    /// <summary>Values for the sessions' secret variables: SecureString, PSCredential (its password) or the name of a secret.</summary>
    [Parameter]
    public IDictionary? SecretEnvironment { get; set; }

    /// <summary>Whether running ones are killed rather than told to end.</summary>
    private protected virtual bool Kills => false;

    private protected override void Change(IReadOnlyList<string> names)
    {
        var secrets = FindSecrets(ReadSecrets(SecretEnvironment));
        Report(stop => Engine.Sessions.StartAsync(names, restart, Kills, secrets, Sink, stop));
    }
}
