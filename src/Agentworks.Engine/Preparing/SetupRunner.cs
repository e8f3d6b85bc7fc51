using System.Text;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Machines;
using Agentworks.Model;
using Agentworks.Operations;
using Agentworks.Secrets;
using Agentworks.State;
using Agentworks.State.Rows;
using Agentworks.Transport;
using Agentworks.Variables;

namespace Agentworks.Preparing;

/// <summary>Runs the set-up commands of a preparation, and remembers after each how far it has come.</summary>
internal sealed class SetupRunner(StateStore store, MachineConnections machines, VariablePlanner variables, SecretResolver secrets, TimeProvider clock)
{
    private const int KeptOutput = 8192;
    private const int ShownOutput = 2000;

    /// <exception cref="SetupFailedException">One failed or took too long. Those before it are done, also for the next call.</exception>
    public async Task<IReadOnlyList<AgwPreparationStep>> RunAsync(
        OperationScope scope, PrepareWorkspace request, WorkspaceRow workspace, VmRow vm, PreparationRow preparation, CancellationToken cancellationToken)
    {
        var environment = await EnvironmentAsync(workspace, vm, cancellationToken).ConfigureAwait(false);
        var activity = $"Preparing {workspace.Name}";
        var steps = request.SetupCommands.Take(preparation.Done).Select(command => new AgwPreparationStep { Command = command }).ToList();
        try
        {
            for (var i = preparation.Done; i < request.SetupCommands.Count; i++)
            {
                scope.Record($"set-up command {i + 1}");
                scope.Events.Report(new ProgressEvent(activity, request.SetupCommands[i], 100 * i / request.SetupCommands.Count));
                steps.Add(await RunAsync(scope, request, i, workspace, vm, environment, activity, cancellationToken).ConfigureAwait(false));
                store.Write(state => state.Put(preparation with { Done = i + 1 }));
            }
        }
        finally
        {
            scope.Events.Report(new ProgressEvent(activity, string.Empty, Completed: true));
        }

        return steps;
    }

    private async Task<AgwPreparationStep> RunAsync(
        OperationScope scope,
        PrepareWorkspace request,
        int number,
        WorkspaceRow workspace,
        VmRow vm,
        IReadOnlyDictionary<string, string> environment,
        string activity,
        CancellationToken cancellationToken)
    {
        var command = request.SetupCommands[number];
        var output = new TailBuffer(KeptOutput);
        var percent = 100 * number / request.SetupCommands.Count;
        var lines = new LineSplitter(line => scope.Events.Report(new ProgressEvent(activity, $"{command}: {line}", percent)));
        var began = clock.GetTimestamp();
        var result = await machines.Shell(vm).RunAsync(
            new RemoteCommand
            {
                Script = command,
                User = workspace.LinuxGroup,
                WorkingDirectory = workspace.Path,
                Environment = environment,
                Timeout = request.Timeout,
                OperationId = scope.RemoteId($"setup-{number}"),
                RecordOutput = false,
            },
            chunk =>
            {
                output.Add(chunk.Data.Span);
                lines.Feed(chunk.Data.Span);
                return ValueTask.CompletedTask;
            },
            cancellationToken).ConfigureAwait(false);
        if (!result.Succeeded)
        {
            var how = result.TimedOut ? $"took longer than {request.Timeout.TotalSeconds:0} seconds" : $"failed (exit status {result.ExitCode})";
            var said = output.ToText().Trim();
            throw new SetupFailedException(
                $"Set-up command {number + 1} of {request.SetupCommands.Count} of workspace '{workspace.Name}' {how}: {command}\n{(said.Length > ShownOutput ? "…" + said[^ShownOutput..] : said)}")
            {
                Target = workspace.Name,
                Recommendation = $"Look with Enter-AgwWorkspace {workspace.Name}, then run the same again: it goes on with this command. With -Force it begins anew.",
            };
        }

        return new AgwPreparationStep { Command = command, ExitCode = result.ExitCode, Duration = clock.GetElapsedTime(began), Output = output.ToText() };
    }

    private async Task<IReadOnlyDictionary<string, string>> EnvironmentAsync(WorkspaceRow workspace, VmRow vm, CancellationToken cancellationToken)
    {
        var wanted = variables.ForCommand(vm, workspace, null, new Dictionary<string, string>(StringComparer.Ordinal));
        var values = await secrets.ResolveAsync(
            [.. wanted.Where(variable => variable.Value.Secret is not null).Select(variable => new SecretNeed(variable.Value.Secret!, $"for {variable.Name}"))],
            workspace.Name,
            cancellationToken).ConfigureAwait(false);
        return wanted.ToDictionary(variable => variable.Name, variable => variable.Value.Text ?? values[variable.Value.Secret!], StringComparer.Ordinal);
    }

    /// <summary>The last bytes of many.</summary>
    private sealed class TailBuffer(int size)
    {
        private readonly List<byte> _bytes = [];

        public void Add(ReadOnlySpan<byte> data)
        {
            _bytes.AddRange(data.Length > size ? data[^size..].ToArray() : data.ToArray());
            if (_bytes.Count > size)
            {
                _bytes.RemoveRange(0, _bytes.Count - size);
            }
        }

        public string ToText() => Encoding.UTF8.GetString([.. _bytes]);
    }
}
