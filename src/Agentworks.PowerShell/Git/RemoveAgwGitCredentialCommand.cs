using System.Management.Automation;
using Agentworks.Errors;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Takes tokens for git from users of machines.</summary>
[Cmdlet(VerbsCommon.Remove, "AgwGitCredential", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class RemoveAgwGitCredentialCommand : GitCredentialCommand
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(GitCredentialCompleter))]
    public string[] Name { get; set; } = [];

    protected override void Process()
    {
        foreach (var (vm, agent, input) in Holders())
        {
            if (vm is null && Try(Engine.Vms.List).Count > 1)
            {
                throw new EngineFailure(new InvalidRequestException("There are several VMs; say whose credential is to go.")
                {
                    Target = Name,
                    Recommendation = "Name the machine with -Vm, or the agent with -Agent.",
                });
            }
            var held = Try(Engine.GitCredentials.List).Where(one => (vm is null || one.Vm == vm) && one.Agent == agent).ToList();
            foreach (var name in Name)
            {
                var pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
                var matches = held.Where(one => pattern.IsMatch(one.Name)).ToList();
                if (matches.Count == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
                {
                    WriteFailure(
                        new NotFoundException("Git credential", Describe(name, vm, agent)) { Target = name, Recommendation = "Get-AgwGitCredential lists them." }, input ?? name);
                }
                foreach (var credential in matches.Where(one => Approves(Describe(one.Name, one.Vm, one.Agent), "Remove git credential")))
                {
                    ForInput(input ?? name, () => Await(stop => Engine.GitCredentials.RemoveAsync(credential.Name, credential.Vm, credential.Agent, Sink, stop)));
                }
            }
        }
    }
}
