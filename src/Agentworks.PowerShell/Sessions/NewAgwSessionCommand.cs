using System.Collections;
using System.Management.Automation;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;
using Agentworks.Sessions;

namespace Agentworks.PowerShell;

/// <summary>Makes a session in a workspace and starts it.</summary>
[Cmdlet(VerbsCommon.New, "AgwSession", SupportsShouldProcess = true, DefaultParameterSetName = "Agent")]
[OutputType(typeof(AgwSession))]
public sealed class NewAgwSessionCommand : NewCommand
{
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(WorkspaceCompleter))]
    public WorkspaceArgument Workspace { get; set; } = null!;

    /// <summary>Who works in it. The workspace is granted to the agent for as long as the session exists.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Agent", ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(AgentCompleter))]
    public AgentArgument? Agent { get; set; }

    /// <summary>Work in it as the machine's admin.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Admin")]
    public SwitchParameter Admin { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(SessionTemplateCompleter))]
    public string? Template { get; set; }

    /// <summary>What to run; empty for a login shell.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    public string? Command { get; set; }

    /// <summary>What to run when the session is started again.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    public string? RestartCommand { get; set; }

    /// <summary>Environment variables; they are stored.</summary>
    [Parameter]
    public IDictionary? Environment { get; set; }

    /// <summary>Secret environment variables, never stored: SecureString, PSCredential (its password) or the name of a secret.</summary>
    [Parameter]
    public IDictionary? SecretEnvironment { get; set; }

    private protected override void Create()
    {
        var workspace = Place(Workspace)!;
        var agent = Admin ? null : Place(Agent);
        if (!Approves($"{Name} in {workspace} as {agent ?? "admin"}", "Create session"))
        {
            return;
        }
        var request = new NewSession
        {
            Name = Name,
            Workspace = workspace,
            Agent = agent,
            Template = Own(nameof(Template), Template),
            Command = Own(nameof(Command), Command),
            RestartCommand = Own(nameof(RestartCommand), RestartCommand),
            Environment = VariableTable.Read(Environment),
            Secrets = ReadSecrets(SecretEnvironment),
        };
        WriteObject(Await(stop => Engine.Sessions.CreateAsync(request, Sink, stop)));
    }
}
