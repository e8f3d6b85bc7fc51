using Agentworks.Agents;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Machines;
using Agentworks.Model;
using Agentworks.Operations;
using Agentworks.Secrets;
using Agentworks.Sessions;
using Agentworks.State;
using Agentworks.State.Rows;
using Agentworks.Transport;
using Agentworks.Variables;

namespace Agentworks.Commands;

/// <summary>Runs the operator's own commands on many targets at once.</summary>
public sealed class CommandService(StateStore store, MachineConnections machines, VariablePlanner variables, SecretResolver secrets, Limits.RateLimiter limiter, TimeProvider clock)
{
    /// <inheritdoc cref="InvokeAsync(IReadOnlyList{CommandTarget}, CommandRequest, IEventSink, CancellationToken)"/>
    public IAsyncEnumerable<BatchOutcome<AgwCommandResult>> InvokeAsync(IReadOnlyList<CommandTarget> targets, CommandRequest request, CancellationToken cancellationToken) =>
        InvokeAsync(targets, request, NullEventSink.Instance, cancellationToken);

    /// <summary>Results as they come, in no particular order unless one is asked for. A command that exits non-zero is a result, not an error.</summary>
    /// <exception cref="SecretMissingException">Names all secrets that the targets' environments need and that are missing; nothing was run.</exception>
    public async IAsyncEnumerable<BatchOutcome<AgwCommandResult>> InvokeAsync(
        IReadOnlyList<CommandTarget> targets,
        CommandRequest request,
        IEventSink events,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        SessionVariables.Validate(request.Environment.Keys);
        var values = await ResolveSecretsAsync(targets, request, cancellationToken).ConfigureAwait(false);
        await limiter.ExecAsync(request.NoWait, events, cancellationToken).ConfigureAwait(false);
        using var throttle = new SemaphoreSlim(Math.Max(1, request.ThrottleLimit));
        var outcomes = FanOut.RunAsync<(CommandTarget Target, int Index), (BatchOutcome<AgwCommandResult> Outcome, int Index)>(
            targets.Select((target, index) => (target, index)),
            async (item, output, cancel) =>
            {
                await throttle.WaitAsync(cancel).ConfigureAwait(false);
                try
                {
                    await output.WriteAsync((await InvokeAsync(item.Target, request, values, cancel).ConfigureAwait(false), item.Index), cancel).ConfigureAwait(false);
                }
                finally
                {
                    throttle.Release();
                }
            },
            cancellationToken);
        var early = new Dictionary<int, BatchOutcome<AgwCommandResult>>();
        var next = 0;
        await foreach (var (outcome, index) in outcomes.ConfigureAwait(false))
        {
            if (!request.Ordered)
            {
                yield return outcome;
                continue;
            }

            early.Add(index, outcome);
            while (early.Remove(next, out var due))
            {
                next++;
                yield return due;
            }
        }
    }

    private async Task<BatchOutcome<AgwCommandResult>> InvokeAsync(
        CommandTarget target, CommandRequest request, IReadOnlyDictionary<string, string> values, CancellationToken cancellationToken)
    {
        var name = target.Workspace ?? target.Agent ?? target.Vm ?? string.Empty;
        var command = target.Command ?? request.Command;
        try
        {
            var (vm, workspace, agent) = Resolve(target);
            var environment = variables.ForCommand(vm, workspace, agent, request.Environment);
            var began = clock.GetTimestamp();
            var result = await machines.Shell(vm).RunAsync(
                new RemoteCommand
                {
                    Script = command,
                    User = agent?.LinuxUser ?? workspace?.LinuxGroup ?? vm.AdminUser,
                    WorkingDirectory = Directory(workspace, request.WorkingDirectory),
                    Environment = environment.Where(variable => variable.Value.File is null)
                        .ToDictionary(variable => variable.Name, variable => variable.Value.Text ?? values[variable.Value.Secret!], StringComparer.Ordinal),
                    SecretFiles = VariablePlanner.Files(environment),
                    Input = request.Input is null ? null : new MemoryStream(request.Input, writable: false),
                    Timeout = request.Timeout,
                    MaxOutputBytes = request.MaxOutputBytes,
                    OperationId = Guid.NewGuid().ToString("N"),
                    RecordOutput = false,
                },
                cancellationToken).ConfigureAwait(false);
            return new BatchOutcome<AgwCommandResult>(name, ToModel(command, vm, workspace, agent, result, clock.GetElapsedTime(began)), null);
        }
        catch (AgentworksException e)
        {
            return new BatchOutcome<AgwCommandResult>(name, null, e);
        }
    }

    /// <summary>The secrets of all targets, by name. A target that cannot be run on has none; it says so itself.</summary>
    private async Task<IReadOnlyDictionary<string, string>> ResolveSecretsAsync(
        IReadOnlyList<CommandTarget> targets, CommandRequest request, CancellationToken cancellationToken)
    {
        var needs = new List<SecretNeed>();
        foreach (var target in targets)
        {
            try
            {
                var (vm, workspace, agent) = Resolve(target);
                needs.AddRange(variables.ForCommand(vm, workspace, agent, request.Environment)
                    .Where(variable => variable.Value.Secret is not null)
                    .Select(variable => new SecretNeed(variable.Value.Secret!, $"for {variable.Name}")));
            }
            catch (AgentworksException e) when (e is not ConfigException)
            {
                continue;
            }
        }

        return await secrets.ResolveAsync(needs, "Invoke-AgwCommand", cancellationToken).ConfigureAwait(false);
    }

    private (VmRow Vm, WorkspaceRow? Workspace, AgentRow? Agent) Resolve(CommandTarget target)
    {
        var resolved = store.Read(state =>
        {
            var workspace = target.Workspace is null ? null : state.RequireWorkspace(target.Workspace);
            var agent = target.Agent is null ? null : state.RequireAgent(target.Agent);
            var vm = target.Vm is null ? null : state.RequireVm(target.Vm);
            var vmId = workspace?.VmId ?? agent?.VmId ?? vm?.Id
                ?? throw new InvalidRequestException("No target was named.") { Recommendation = "Name one with -Vm, -Workspace or -Agent." };
            return (Vm: state.GetVm(vmId)!, Workspace: workspace, Agent: agent);
        });
        if (resolved is { Workspace: { } place, Agent: { } who })
        {
            AgentService.RequireAccess(store, who, place);
        }

        return resolved;
    }

    private static string? Directory(WorkspaceRow? workspace, string? path) =>
        workspace is not null ? Jobs.JobDirectory.Resolve(workspace, path)
        : path is null or ['/', ..] ? path
        : throw new InvalidRequestException($"'{path}' is seen from no workspace.") { Target = path, Recommendation = "Give an absolute path." };

    private static AgwCommandResult ToModel(
        string command, VmRow vm, WorkspaceRow? workspace, AgentRow? agent, RemoteResult result, TimeSpan duration) => new()
        {
            Vm = vm.Name,
            Workspace = workspace?.Name,
            Agent = agent?.Name,
            Command = command,
            ExitCode = result.ExitCode,
            Signal = result.Signal is { } signal ? SignalName.Of(signal) : null,
            TimedOut = result.TimedOut,
            Output = result.OutputText,
            ErrorOutput = result.ErrorText,
            OutputBytes = result.Output,
            ErrorBytes = result.Error,
            OutputLength = result.OutputLength,
            ErrorLength = result.ErrorLength,
            Duration = duration,
        };
}
