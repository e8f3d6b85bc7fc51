using System.Collections;
using System.Management.Automation;
using Agentworks.Commands;
using Agentworks.Errors;
using Agentworks.Jobs;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>
/// Runs a command on many targets at once. Piped machines, workspaces, agents and sessions are targets; with targets given by
/// parameters, piped text and bytes are the command's standard input.
/// </summary>
[Cmdlet(VerbsLifecycle.Invoke, "AgwCommand", SupportsShouldProcess = true)]
[OutputType(typeof(AgwCommandResult))]
[OutputType(typeof(AgwJob))]
public sealed class InvokeAgwCommandCommand : AgentworksCommand
{
    private readonly List<CommandTarget> _targets = [];
    private readonly StandardInput _input = new();

    /// <summary>For the user's shell, /bin/sh; several strings are its lines. A script block sees the piped target as $_.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    public string[] Command { get; set; } = [];

    /// <summary>Machines to run on, as their admin.</summary>
    [Parameter]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(VmCompleter))]
    public VmArgument[]? Vm { get; set; }

    /// <summary>Workspaces to run in.</summary>
    [Parameter]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(WorkspaceCompleter))]
    public WorkspaceArgument[]? Workspace { get; set; }

    /// <summary>Agents to run as; with workspaces, as each of them in each of those.</summary>
    [Parameter]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(AgentCompleter))]
    public AgentArgument[]? Agent { get; set; }

    [Parameter(ValueFromPipeline = true)]
    [AllowEmptyString]
    [AllowEmptyCollection]
    public PSObject? InputObject { get; set; }

    /// <summary>How long the command may run: seconds, or a TimeSpan. Then it is killed with its children.</summary>
    [Parameter]
    [Seconds]
    public TimeSpan? Timeout { get; set; }

    /// <summary>How much of each output stream to keep; the rest is counted and dropped.</summary>
    [Parameter]
    [ValidateRange(0L, long.MaxValue)]
    public long MaxOutputBytes { get; set; } = 16 << 20;

    [Parameter]
    public IDictionary? Environment { get; set; }

    /// <summary>In a workspace seen from its root, elsewhere absolute.</summary>
    [Parameter]
    public string? WorkingDirectory { get; set; }

    /// <summary>Results in the order of the targets, rather than as they come.</summary>
    [Parameter]
    public SwitchParameter Ordered { get; set; }

    /// <summary>Start a job in each workspace, and wait for none.</summary>
    [Parameter]
    public SwitchParameter AsJob { get; set; }

    /// <summary>How many targets at once.</summary>
    [Parameter]
    [ValidateRange(1, 1024)]
    public int ThrottleLimit { get; set; } = 32;

    /// <summary>Fail rather than wait for the rate limit.</summary>
    [Parameter]
    public SwitchParameter NoWait { get; set; }

    private bool HasTargetParameters => Vm is not null || Workspace is not null || Agent is not null;

    protected override void Process()
    {
        if (InputObject is null)
        {
            return;
        }
        var piped = PipedTarget.Read(InputObject);
        if (piped is not null && !IsGiven(nameof(Command)) && InputObject.TypeNames.Any(name => name.Contains("Agentworks.Model.Agw", StringComparison.Ordinal)))
        {
            // A session has a command, and that is not the one meant.
            WriteFailure(new InvalidRequestException("There is no command to run.") { Target = InputObject, Recommendation = "Give it with -Command." }, InputObject);
        }
        else if (piped is not null)
        {
            // What the operator wrote holds for every piped target: Get-AgwWorkspace | Invoke-AgwCommand -Agent coder
            Add(piped.Vm ?? Vm, piped.Workspace ?? Workspace, piped.Agent ?? Agent);
        }
        else if (HasTargetParameters)
        {
            _input.Add(InputObject);
        }
        else
        {
            WriteFailure(PipedTarget.Unknown(InputObject), InputObject);
        }
    }

    protected override void End()
    {
        if (!MyInvocation.ExpectingInput || !_input.IsEmpty)
        {
            AddGiven();
        }
        var targets = _targets.Distinct().Where(target => Approves(Describe(target), "Run command")).ToList();
        if (targets.Count == 0)
        {
            return;
        }
        var request = new CommandRequest
        {
            Command = string.Join('\n', Command),
            Input = _input.ToBytes(),
            Timeout = Timeout,
            MaxOutputBytes = MaxOutputBytes,
            ThrottleLimit = ThrottleLimit,
            Environment = VariableTable.Read(Environment),
            WorkingDirectory = WorkingDirectory,
            Ordered = Ordered,
            NoWait = NoWait,
        };
        if (AsJob)
        {
            StartJobs(targets, request);
            return;
        }
        Stream(stop => Engine.Commands.InvokeAsync(targets, request, Sink, stop), outcome =>
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

    private void AddGiven()
    {
        if (!HasTargetParameters)
        {
            throw new EngineFailure(PipedTarget.Missing());
        }
        Add(Vm, Workspace, Agent);
    }

    /// <summary>Agents work in each of the workspaces, or at home; machines given besides only narrow both.</summary>
    private void Add(VmArgument[]? vms, WorkspaceArgument[]? workspaces, AgentArgument[]? agents)
    {
        var on = Narrow(vms, FindVms);
        var places = workspaces is not null
            ? FindWorkspaces(workspaces).Where(match => on?.Contains(match.Item.Vm) != false).Select(match => new CommandTarget(null, match.Item.Name, null))
            : agents is null ? on!.Select(vm => new CommandTarget(vm, null, null))
            : [new CommandTarget(null, null, null)];
        var asAgents = agents is null ? null : FindAgents(agents).Where(match => on?.Contains(match.Item.Vm) != false).ToList();
        var command = string.Join('\n', Command);
        _targets.AddRange((asAgents is null ? places : places.SelectMany(place => asAgents.Select(match => place with { Agent = match.Item.Name })))
            .Select(target => target with { Command = command }));
    }

    private void StartJobs(IReadOnlyList<CommandTarget> targets, CommandRequest request)
    {
        if (request.Input is not null || targets.Any(target => target.Workspace is null))
        {
            throw new EngineFailure(new InvalidRequestException("A job runs in a workspace, and has no standard input.") { Recommendation = "Leave -AsJob out, or name workspaces and pipe no input." });
        }
        var jobs = targets.Select(target => new NewJob
        {
            Workspace = target.Workspace!,
            Agent = target.Agent,
            Command = target.Command ?? request.Command,
            WorkingDirectory = WorkingDirectory,
            Environment = request.Environment,
            Timeout = Timeout,
            MaxOutputBytes = Math.Clamp(MaxOutputBytes, NewJob.LeastOutputBytes, NewJob.MostOutputBytes),
        }).ToList();
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

    private static string Describe(CommandTarget target) =>
        string.Join(" as ", new[] { target.Workspace ?? target.Vm, target.Agent }.Where(part => part is not null));
}
