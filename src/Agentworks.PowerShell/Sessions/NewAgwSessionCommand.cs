using System.Collections;
using System.Management.Automation;
using Agentworks.Agents;
using Agentworks.Errors;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;
using Agentworks.Sessions;
using Agentworks.Workspaces;

namespace Agentworks.PowerShell;

/// <summary>Makes a session and starts it; on demand along with its workspace and its agent, all or nothing.</summary>
[Cmdlet(VerbsCommon.New, "AgwSession", SupportsShouldProcess = true, DefaultParameterSetName = "Agent")]
[OutputType(typeof(AgwSession))]
public sealed class NewAgwSessionCommand : NewCommand
{
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(WorkspaceCompleter))]
    public WorkspaceArgument? Workspace { get; set; }

    /// <summary>Make its workspace along with it.</summary>
    [Parameter]
    public SwitchParameter NewWorkspace { get; set; }

    /// <summary>The new workspace's name; by default the session's.</summary>
    [Parameter]
    public string? WorkspaceName { get; set; }

    [Parameter]
    [ArgumentCompleter(typeof(WorkspaceTemplateCompleter))]
    public string? WorkspaceTemplate { get; set; }

    /// <summary>What the new workspace holds: a URL that the machine clones, or a folder of this computer.</summary>
    [Parameter]
    public string? Repository { get; set; }

    [Parameter]
    public string? Branch { get; set; }

    /// <summary>Where to make the workspace; by default on the agent's machine, or the only one.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(VmCompleter))]
    public VmArgument? Vm { get; set; }

    /// <summary>Who works in it. The workspace is granted to the agent for as long as the session exists.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Agent", ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(AgentCompleter))]
    public AgentArgument? Agent { get; set; }

    /// <summary>Work in it as the machine's admin.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Admin")]
    public SwitchParameter Admin { get; set; }

    /// <summary>Make its agent along with it.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "NewAgent")]
    public SwitchParameter NewAgent { get; set; }

    /// <summary>The new agent's name; by default the session's.</summary>
    [Parameter]
    public string? AgentName { get; set; }

    [Parameter]
    [ArgumentCompleter(typeof(AgentTemplateCompleter))]
    public string? AgentTemplate { get; set; }

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

    protected override void Begin()
    {
        Need(nameof(NewWorkspace), NewWorkspace, nameof(WorkspaceName), nameof(WorkspaceTemplate), nameof(Repository), nameof(Branch), nameof(Vm));
        Need(nameof(NewAgent), NewAgent, nameof(AgentName), nameof(AgentTemplate));
        if (NewWorkspace && IsGiven(nameof(Workspace)))
        {
            throw new EngineFailure(new InvalidRequestException("-Workspace names a workspace that is there, and -NewWorkspace makes one.")
            {
                Target = nameof(Workspace),
                Recommendation = "Leave one of them out; -WorkspaceName names the new one.",
            });
        }
    }

    private protected override void Create()
    {
        var make = NewWorkspace ? new NewWorkspace
        {
            Name = WorkspaceName ?? Name,
            Vm = Place(Vm),
            Template = WorkspaceTemplate,
            Repository = FolderOrUrl(Repository),
            Branch = Branch,
        } : null;
        var makeAgent = NewAgent ? new NewAgent { Name = AgentName ?? Name, Template = AgentTemplate } : null;
        var workspace = make?.Name ?? Place(Workspace) ?? throw new EngineFailure(new InvalidRequestException("A session needs a workspace.")
        {
            Target = Name,
            Recommendation = "Name one with -Workspace, or make one along with it by -NewWorkspace.",
        });
        var agent = Admin ? null : makeAgent?.Name ?? Place(Agent);
        var place = $"{Made(make)}{workspace} as {(agent is null ? "admin" : Made(makeAgent) + agent)}";
        if (!Approves($"{Name} in {place}", "Create session"))
        {
            return;
        }
        var secrets = ReadSecrets(SecretEnvironment);
        var request = new NewSession
        {
            Name = Name,
            Workspace = workspace,
            Agent = agent,
            MakeWorkspace = make,
            MakeAgent = makeAgent,
            Template = Own(nameof(Template), Template),
            Command = Own(nameof(Command), Command),
            RestartCommand = Own(nameof(RestartCommand), RestartCommand),
            Environment = VariableTable.Read(Environment),
            Secrets = secrets.Values,
            SecretNames = secrets.Names,
        };
        WriteObject(Await(stop => Engine.SessionMaker.CreateAsync(request, Sink, stop)));
    }

    private static string Made(object? making) => making is null ? string.Empty : "new ";

    private void Need(string parent, bool given, params string[] details)
    {
        if (!given && details.FirstOrDefault(IsGiven) is { } orphan)
        {
            throw new EngineFailure(new InvalidRequestException($"-{orphan} is about a thing that -{parent} makes.")
            {
                Target = orphan,
                Recommendation = $"Add -{parent}, or leave -{orphan} out.",
            });
        }
    }
}
