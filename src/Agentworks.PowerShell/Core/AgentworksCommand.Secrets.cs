using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Net;
using System.Security;
using Agentworks.Network;
using Agentworks.Secrets;

namespace Agentworks.PowerShell;

/// <summary>
/// Secrets: what the operator gave with the command, else SecretManagement by name where it is installed, else environment variables, else
/// the operator, where one can be asked. The tests use a module of SecretManagement's name; the real one could not be had for them.
/// </summary>
public abstract partial class AgentworksCommand
{
    private const string Vault = "Microsoft.PowerShell.SecretManagement\\Get-Secret";

    /// <summary>On the pipeline thread: the value, or null when there is none by that name.</summary>
    internal string? FindSecret(string name) => FromVault(name) ?? Environment.GetEnvironmentVariable(name);

    /// <summary>The key that lets a machine into a network: what was given, else the secret of its usual name; null where none is needed or found.</summary>
    private protected string? FindNetworkKey(string network, SecureString? given) =>
        given is not null ? Reveal(given)
        : network == TailscaleNetwork.DriverName ? FindSecret(TailscaleNetwork.KeySecret)
        : null;

    /// <summary>On the pipeline thread: what the operator types, unseen; null where nobody can be asked.</summary>
    internal string? AskSecret(string name, string purpose)
    {
        if (!CanAsk())
        {
            return null;
        }
        try
        {
            Host.UI.Write($"{name} ({purpose}): ");
            return Reveal(Host.UI.ReadLineAsSecureString());
        }
        catch (Exception e) when (e is HostException or PSInvalidOperationException or NotImplementedException)
        {
            return null;
        }
    }

    private protected static SecretTable ReadSecrets(IDictionary? table) => Try(() => VariableTable.ReadSecrets(table));

    /// <summary>The values of all, by variable.</summary>
    private protected IReadOnlyDictionary<string, string> FindSecrets(SecretTable table)
    {
        if (table.Names.Count == 0)
        {
            return table.Values;
        }
        var needs = table.Names.Select(one => new SecretNeed(one.Value, $"for {one.Key}")).ToList();
        var found = Await(stop => Engine.Secrets.ResolveAsync(needs, MyInvocation.MyCommand.Name, stop));
        return table.Values.Concat(table.Names.Select(one => KeyValuePair.Create(one.Key, found[one.Value])))
            .ToDictionary(one => one.Key, one => one.Value, StringComparer.Ordinal);
    }

    private protected static string? Reveal(SecureString? secret) => secret is null ? null : new NetworkCredential(string.Empty, secret).Password;

    private string? FromVault(string name)
    {
        if (InvokeCommand.GetCommand(Vault, CommandTypes.Cmdlet | CommandTypes.Function) is not { } command)
        {
            return null;
        }
        var found = InvokeCommand.InvokeScript(
            useLocalScope: true,
            ScriptBlock.Create("param($command, $name) & $command -Name $name -ErrorAction SilentlyContinue -ErrorVariable failures; foreach ($failure in $failures) { $failure }"),
            input: null,
            command,
            name);
        foreach (var failure in found.Select(one => one?.BaseObject).OfType<ErrorRecord>().Where(failure => failure.CategoryInfo.Category != ErrorCategory.ObjectNotFound))
        {
            // A vault that is locked or gone is not one without the secret.
            WriteWarning($"SecretManagement could not give '{name}': {failure.Exception.Message}");
        }
        return found.Select(one => one?.BaseObject switch
        {
            SecureString secret => Reveal(secret),
            PSCredential credential => Reveal(credential.Password),
            string text => text,
            _ => null,
        }).FirstOrDefault(value => value is not null);
    }

    private bool CanAsk() => Host.Name == "ConsoleHost" && !Console.IsInputRedirected && !Console.IsOutputRedirected
        && !Environment.GetCommandLineArgs().Skip(1).TakeWhile(a => !a.StartsWith("-c", StringComparison.OrdinalIgnoreCase))
            .Any(a => a.StartsWith("-noni", StringComparison.OrdinalIgnoreCase) || a.StartsWith("/noni", StringComparison.OrdinalIgnoreCase));
}
