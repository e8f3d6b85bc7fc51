using System.Management.Automation;
using Agentworks.Git.Work;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Collects repositories in workspaces and does one thing to all of them: one round trip per machine, results and errors each by itself.</summary>
public abstract class GitCommand : LimitedCommand
{
    private readonly Dictionary<GitTarget, object> _inputs = [];

    /// <summary>Who works on it rather than the workspace's own user.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(AgentCompleter))]
    public AgentArgument? Agent { get; set; }

    /// <summary>Of the repository, from the workspace's root; the root when not given.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? Path { get; set; }

    /// <summary>Null for what changes nothing.</summary>
    private protected virtual string? Action => null;

    private protected void Collect(WorkspaceArgument[] workspaces)
    {
        string? agent = null;
        if (Agent is { Name: not (null or "") } || Agent?.Foreign is not null)
        {
            agent = FindAgents([Agent]).Select(match => match.Item.Name).FirstOrDefault();
            if (agent is null)
            {
                return;
            }
        }
        foreach (var (workspace, input) in FindWorkspaces(workspaces))
        {
            var target = new GitTarget(workspace.Name, agent, Path);
            if (!_inputs.ContainsKey(target) && (Action is null || Approves($"{workspace.Name} on {workspace.Vm}", Action)))
            {
                _inputs.Add(target, input);
            }
        }
    }

    protected override void End()
    {
        if (_inputs.Count > 0)
        {
            Work([.. _inputs.Keys]);
        }
    }

    /// <summary>Calls <see cref="Report"/> with the engine's answer for all of them.</summary>
    private protected abstract void Work(IReadOnlyList<GitTarget> targets);

    private protected void Report<T>(Func<CancellationToken, IAsyncEnumerable<GitOutcome<T>>> work)
        where T : class => Stream(work, outcome =>
        {
            if (outcome.Error is not null)
            {
                WriteFailure(outcome.Error, _inputs.GetValueOrDefault(outcome.Target, outcome.Target.Workspace));
            }
            else if (outcome.Value is not null)
            {
                WriteObject(outcome.Value);
            }
        });
}
