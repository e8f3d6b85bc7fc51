using System.Management.Automation;
using System.Security;
using Agentworks.Git;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Gives a token for git to users of machines, or another token in its place.</summary>
[Cmdlet(VerbsCommon.Set, "AgwGitCredential", SupportsShouldProcess = true, DefaultParameterSetName = "Secret")]
[OutputType(typeof(AgwGitCredential))]
public sealed class SetAgwGitCredentialCommand : GitCredentialCommand
{
    /// <summary>Of a [git_credentials] entry; with -HostName any.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ArgumentCompleter(typeof(GitCredentialCompleter))]
    public string Name { get; set; } = string.Empty;

    [Parameter(Mandatory = true, ParameterSetName = "Token")]
    public SecureString? Token { get; set; }

    /// <summary>The secret that holds the token; GIT_CREDENTIALS_ and the name when not given.</summary>
    [Parameter(ParameterSetName = "Secret")]
    public string? SecretName { get; set; }

    /// <summary>The server, instead of the configuration's.</summary>
    [Parameter]
    public string? HostName { get; set; }

    /// <summary>Whose repositories it opens; all of the server's when neither this nor the configuration says.</summary>
    [Parameter]
    public string? Owner { get; set; }

    /// <summary>The only one of the owner's repositories that it opens.</summary>
    [Parameter]
    public string? Repository { get; set; }

    /// <summary>What goes where the server asks for a user.</summary>
    [Parameter]
    public string? UserName { get; set; }

    /// <summary>Also write the credential.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override void Process()
    {
        foreach (var (vm, agent, input) in Holders())
        {
            if (!Approves(Describe(Name, vm, agent), "Set git credential"))
            {
                continue;
            }
            ForInput(input ?? Name, () =>
            {
                var request = new SetGitCredential
                {
                    Name = Name,
                    Vm = vm,
                    Agent = agent,
                    Host = HostName,
                    Owner = Owner,
                    Repository = Repository,
                    UserName = UserName,
                    Token = Reveal(Token),
                    SecretName = SecretName,
                };
                var credential = Await(stop => Engine.GitCredentials.SetAsync(request, Sink, stop));
                if (PassThru)
                {
                    WriteObject(credential);
                }
            });
        }
    }
}
