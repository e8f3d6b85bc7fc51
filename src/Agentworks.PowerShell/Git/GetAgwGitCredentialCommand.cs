using System.Management.Automation;
using Agentworks.Errors;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Lists the tokens for git that users of machines hold; never the tokens themselves.</summary>
[Cmdlet(VerbsCommon.Get, "AgwGitCredential")]
[OutputType(typeof(AgwGitCredential))]
public sealed class GetAgwGitCredentialCommand : AgentworksCommand
{
    private readonly List<AgwGitCredential> _found = [];

    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(GitCredentialCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? Name { get; set; }

    /// <summary>Those of these machines' users.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(VmCompleter))]
    public VmArgument[]? Vm { get; set; }

    /// <summary>Those of these agents.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(AgentCompleter))]
    public AgentArgument[]? Agent { get; set; }

    /// <summary>Ask no machine; Rejected is not known then.</summary>
    [Parameter]
    public SwitchParameter NoStatus { get; set; }

    protected override void Process()
    {
        var vms = Narrow(Vm, FindVms);
        var agents = Narrow(Agent, FindAgents);
        var all = Try(Engine.GitCredentials.List)
            .Where(one => vms?.Contains(one.Vm) != false && (agents is null || (one.Agent is not null && agents.Contains(one.Agent)))).ToList();
        foreach (var name in Name ?? ["*"])
        {
            var pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
            var matches = all.Where(one => pattern.IsMatch(one.Name)).ToList();
            if (matches.Count == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
            {
                WriteFailure(new NotFoundException("Git credential", name) { Target = name, Recommendation = "Get-AgwGitCredential lists them." }, name);
            }
            _found.AddRange(matches.Where(one => !_found.Contains(one)));
        }
    }

    protected override void End()
    {
        if (NoStatus)
        {
            WriteObject(_found, enumerateCollection: true);
        }
        else
        {
            Stream(stop => Engine.GitCredentials.ObserveAsync(_found, stop), WriteObject);
        }
    }
}
