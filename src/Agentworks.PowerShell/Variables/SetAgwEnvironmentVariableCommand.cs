using System.Collections;
using System.Management.Automation;
using System.Security;
using Agentworks.Errors;
using Agentworks.Model;

namespace Agentworks.PowerShell;

/// <summary>Sets environment variables for everything that runs in workspaces from now on. Secret ones are kept in their machine's memory only.</summary>
[Cmdlet(VerbsCommon.Set, "AgwEnvironmentVariable", SupportsShouldProcess = true, DefaultParameterSetName = "One")]
[OutputType(typeof(AgwEnvironmentVariable))]
public sealed class SetAgwEnvironmentVariableCommand : WorkspaceVariableCommand
{
    private IReadOnlyDictionary<string, string> _plain = new Dictionary<string, string>(StringComparer.Ordinal);
    private IReadOnlyDictionary<string, string> _secret = new Dictionary<string, string>(StringComparer.Ordinal);

    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "One")]
    public string Name { get; set; } = string.Empty;

    /// <summary>A text; a SecureString or PSCredential (its password) is always secret.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = "One")]
    [AllowEmptyString]
    public object Value { get; set; } = string.Empty;

    /// <summary>Several at once: names and values.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Several")]
    public IDictionary Variable { get; set; } = new Hashtable();

    /// <summary>A text is the name of a secret, whose value is looked up now.</summary>
    [Parameter]
    public SwitchParameter Secret { get; set; }

    /// <summary>Also write the variables.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override void Begin()
    {
        var given = ParameterSetName == "One" ? new Hashtable { [Name] = Value } : Variable;
        var (plain, secret) = (new Hashtable(), new Hashtable());
        foreach (DictionaryEntry one in given)
        {
            var value = one.Value is PSObject wrapped ? wrapped.BaseObject : one.Value;
            (Secret || value is SecureString or PSCredential ? secret : plain)[one.Key] = value;
        }
        _plain = VariableTable.Read(plain);
        _secret = FindSecrets(ReadSecrets(secret));
        if (_plain.Count + _secret.Count == 0)
        {
            throw new EngineFailure(new InvalidRequestException("No variable was given.") { Recommendation = "Add -Name and -Value, or -Variable @{ NAME = 'value' }." });
        }
    }

    protected override void Process()
    {
        var names = string.Join(", ", _plain.Keys.Concat(_secret.Keys).Order(StringComparer.Ordinal));
        ForWorkspaces("Set environment variable", workspace => $"{names} of {workspace}", workspace =>
        {
            var set = Await(stop => Engine.WorkspaceVariables.SetAsync(workspace.Name, _plain, _secret, Sink, stop));
            if (PassThru)
            {
                WriteObject(set, enumerateCollection: true);
            }
        });
    }
}
