using System.Collections;
using System.Management.Automation;
using Agentworks.Errors;
using Agentworks.Jobs;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>
/// Starts commands in the background of workspaces, where they go on whatever becomes of this process and its connection. Piped workspaces are
/// places; with places given by parameters, each piped object is a job of its own, and a script block as command sees it as $_.
/// </summary>
[Cmdlet(VerbsLifecycle.Start, "AgwJob", SupportsShouldProcess = true)]
[OutputType(typeof(AgwJob))]
public sealed class StartAgwJobCommand : AgentworksCommand
{
    // Started together at the end of the pipeline: one round trip per machine, however many objects came.
    private readonly List<NewJob> _jobs = [];
    private List<(string Workspace, List<string?> Users)>? _given;

    /// <summary>For /bin/sh; several strings are its lines.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    public string[] Command { get; set; } = [];

    /// <summary>Where to run, as the workspace's own user.</summary>
    [Parameter]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(WorkspaceCompleter))]
    public WorkspaceArgument[]? Workspace { get; set; }

    /// <summary>Agents to run as: each of them in each of the workspaces.</summary>
    [Parameter]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(AgentCompleter))]
    public AgentArgument[]? Agent { get; set; }

    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>By default the next number: job1, job2. Several jobs get a number behind it: build-1, build-2.</summary>
    [Parameter]
    public string? Name { get; set; }

    /// <summary>Seen from the workspace's root.</summary>
    [Parameter]
    public string? WorkingDirectory { get; set; }

    [Parameter]
    public IDictionary? Environment { get; set; }

    /// <summary>Secret variables, never stored: SecureString, PSCredential (its password) or the name of a secret.</summary>
    [Parameter]
    public IDictionary? SecretEnvironment { get; set; }

    /// <summary>How long it may run: seconds, or a TimeSpan. Then it is ended with all that it has started.</summary>
    [Parameter]
    [Seconds]
    public TimeSpan? Timeout { get; set; }

    /// <summary>How much of its output the machine keeps: the first half and the last. What is between is counted and dropped.</summary>
    [Parameter]
    [ValidateRange(NewJob.LeastOutputBytes, NewJob.MostOutputBytes)]
    public long MaxOutputBytes { get; set; } = 16 << 20;

    /// <summary>Fail rather than wait for the rate limit.</summary>
    [Parameter]
    public SwitchParameter NoWait { get; set; }

    protected override void Process()
    {
        if (InputObject is null)
        {
            return;
        }
        var piped = PipedTarget.Read(InputObject);
        ForInput(InputObject.BaseObject, () =>
        {
            if (piped is not null && !IsGiven(nameof(Command)) && InputObject.TypeNames.Any(name => name.Contains("Agentworks.Model.Agw", StringComparison.Ordinal) && !name.EndsWith(".AgwJob", StringComparison.Ordinal)))
            {
                throw new EngineFailure(new InvalidRequestException("A job needs a command of its own.") { Target = InputObject, Recommendation = "Give it with -Command." });
            }
            Add(piped?.Workspace ?? Workspace, piped?.Agent ?? Agent);
        });
    }

    protected override void End()
    {
        if (!MyInvocation.ExpectingInput)
        {
            Add(Workspace, Agent);
        }
        if (_jobs.Count == 0)
        {
            return;
        }
        var secrets = FindSecrets(ReadSecrets(SecretEnvironment));
        var jobs = _jobs.Select((job, i) => job with { Name = Name is null || _jobs.Count == 1 ? Name : $"{Name}-{i + 1}", Secrets = secrets }).ToList();
        Stream(stop => Engine.Jobs.StartAsync(jobs, NoWait, Sink, stop), outcome =>
        {
            if (outcome.Error is not null)
            {
                WriteFailure(outcome.Error, outcome.Name);
            }
            else
            {
                WriteObject(outcome.Value);
            }
        });
    }

    /// <summary>What was given by parameters holds for every piped object, and is looked up once.</summary>
    private List<(string Workspace, List<string?> Users)> Places(WorkspaceArgument[] workspaces, AgentArgument[]? agents)
    {
        if (ReferenceEquals(workspaces, Workspace) && ReferenceEquals(agents, Agent) && _given is not null)
        {
            return _given;
        }
        var users = agents is null ? [null] : FindAgents(agents).Select(match => (string?)match.Item.Name).ToList();
        var places = FindWorkspaces(workspaces).Select(match => (match.Item.Name, users)).ToList();
        if (ReferenceEquals(workspaces, Workspace) && ReferenceEquals(agents, Agent))
        {
            _given = places;
        }
        return places;
    }

    private void Add(WorkspaceArgument[]? workspaces, AgentArgument[]? agents)
    {
        if (workspaces is null)
        {
            throw new EngineFailure(new InvalidRequestException("A job needs a workspace.") { Recommendation = "Add -Workspace, or pipe workspaces." });
        }
        foreach (var (workspace, users) in Places(workspaces, agents))
        {
            foreach (var agent in users.Where(agent => Approves(agent is null ? workspace : $"{workspace} as {agent}", "Start job")))
            {
                _jobs.Add(new NewJob
                {
                    Workspace = workspace,
                    Agent = agent,
                    Command = string.Join('\n', Command),
                    WorkingDirectory = WorkingDirectory,
                    Environment = VariableTable.Read(Environment),
                    Timeout = Timeout,
                    MaxOutputBytes = MaxOutputBytes,
                });
            }
        }
    }
}
