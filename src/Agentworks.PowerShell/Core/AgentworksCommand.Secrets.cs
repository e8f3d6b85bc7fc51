using System.Collections;
using System.Management.Automation;
using System.Net;
using System.Security;
using Agentworks.Network;

namespace Agentworks.PowerShell;

/// <summary>Secrets that the operator names: environment variables first, then SecretManagement when it is installed.</summary>
public abstract partial class AgentworksCommand
{
    private protected IReadOnlyDictionary<string, string> ReadSecrets(IDictionary? table) => Try(() => VariableTable.ReadSecrets(table, FindSecret));

    /// <summary>The key that lets a machine into a network: what was given, else the secret of its usual name; null where none is needed or found.</summary>
    private protected string? FindNetworkKey(string network, SecureString? given) =>
        given is not null ? new NetworkCredential(string.Empty, given).Password
        : network == TailscaleNetwork.DriverName ? FindSecret(TailscaleNetwork.KeySecret)
        : null;

    private string? FindSecret(string name)
    {
        if (Environment.GetEnvironmentVariable(name) is { } value)
        {
            return value;
        }
        if (InvokeCommand.GetCommand("Get-Secret", CommandTypes.Cmdlet | CommandTypes.Function) is not { } vault)
        {
            return null;
        }
        var found = InvokeCommand.InvokeScript("param($command, $name) & $command -Name $name -ErrorAction Ignore", vault, name).FirstOrDefault();
        return found?.BaseObject switch
        {
            SecureString secret => new NetworkCredential(string.Empty, secret).Password,
            PSCredential credential => credential.GetNetworkCredential().Password,
            string text => text,
            _ => null,
        };
    }
}
