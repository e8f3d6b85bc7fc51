using System.Text;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Transport;

namespace Agentworks.Provisioning;

/// <summary>Runs one phase on a machine: one script, one round trip, every step reported while it runs.</summary>
public static class Provisioner
{
    /// <param name="shell">The machine.</param>
    /// <param name="target">What the events name.</param>
    /// <param name="steps">In order.</param>
    /// <param name="operationId">Makes a repeat after a cut return the first outcome.</param>
    /// <param name="events">Receives a <see cref="StepEvent"/> at each step's beginning and end.</param>
    /// <param name="cancellationToken">Cancelling stops the script between or within steps; running it again converges.</param>
    /// <exception cref="ProvisioningFailedException">A fatal step failed.</exception>
    public static async Task<IReadOnlyList<StepResult>> RunAsync(
        IMachineShell shell, string target, IReadOnlyList<ProvisionStep> steps, string operationId, IEventSink events, CancellationToken cancellationToken)
    {
        await DeliverAsync(shell, target, steps, cancellationToken).ConfigureAwait(false);
        var results = new List<StepResult>();
        var lines = new LineSplitter(line =>
        {
            if (ProvisionScript.Parse(line) is { } step)
            {
                if (step.State != StepState.Running)
                {
                    results.Add(step);
                }

                events.Report(new StepEvent(target, step, results.Count, steps.Count));
            }
            else if (ProvisionScript.ParseOutput(line) is var (name, text))
            {
                events.Report(new OutputEvent(target, name, text));
            }
        });
        var error = new StringBuilder();
        var command = new RemoteCommand
        {
            Script = ProvisionScript.Compile(steps),
            OperationId = operationId,
            OnDisconnect = DisconnectAction.Finish,
            Timeout = steps.Aggregate(TimeSpan.FromMinutes(30), (sum, step) => sum + step.Limit),
        };

        var result = await shell.RunAsync(command, chunk => Take(chunk, lines, error), cancellationToken).ConfigureAwait(false);
        if (result.Replayed)
        {
            lines.Feed(result.Output.Span);
        }

        lines.Finish();
        if (!result.Succeeded || results.Count < steps.Count)
        {
            var failed = results.LastOrDefault(step => step.State == StepState.Failed);
            throw new ProvisioningFailedException(failed is null
                ? $"Provisioning of {target} ended after {results.Count} of {steps.Count} steps (exit status {result.ExitCode}): {error.ToString().Trim()}"
                : $"Step '{failed.Name}' failed on {target}: {failed.Detail}")
            {
                Target = target,
            };
        }

        return results;
    }

    /// <summary>Looks at every step and changes nothing: what is <see cref="StepState.Drifted"/> is not as wanted. One round trip.</summary>
    /// <exception cref="RemoteCommandException">The machine did not answer for every step.</exception>
    public static async Task<IReadOnlyList<StepResult>> CheckAsync(
        IMachineShell shell, string target, IReadOnlyList<ProvisionStep> steps, CancellationToken cancellationToken)
    {
        var command = new RemoteCommand { Script = ProvisionScript.Compile(steps, checkOnly: true), Timeout = TimeSpan.FromMinutes(5) };
        var result = await shell.RequireAsync(command, $"Looking at {target}", cancellationToken).ConfigureAwait(false);
        var results = new List<StepResult>();
        var lines = new LineSplitter(line =>
        {
            if (ProvisionScript.Parse(line) is { State: not StepState.Running } step)
            {
                results.Add(step);
            }
        });
        lines.Feed(result.Output.Span);
        lines.Finish();
        return results.Count == steps.Count
            ? results
            : throw new RemoteCommandException($"{target} answered for {results.Count} of {steps.Count} steps.") { Target = target };
    }

    // Only for steps with content of their own does a run cost more than one round trip.
    private static async Task DeliverAsync(IMachineShell shell, string target, IReadOnlyList<ProvisionStep> steps, CancellationToken cancellationToken)
    {
        var large = steps.Where(step => step.Content is not null).ToArray();
        if (large.Length == 0)
        {
            return;
        }

        var looked = await CheckAsync(shell, target, large, cancellationToken).ConfigureAwait(false);
        foreach (var (step, _) in large.Zip(looked).Where(pair => pair.Second.State == StepState.Drifted))
        {
            await shell.RequireAsync(
                new RemoteCommand { Script = "umask 077; mkdir -p \"$1\" && chmod 0700 \"$1\"", Arguments = [StepContent.Folder] }, $"Preparing {target}", cancellationToken).ConfigureAwait(false);
            using var data = new MemoryStream(step.Content!.Data.ToArray(), writable: false);
            await new MachineFiles(shell).WriteAsync(step.Content.Path, null, data, new FileWriteOptions("0600"), cancellationToken).ConfigureAwait(false);
        }
    }

    private static ValueTask Take(OutputChunk chunk, LineSplitter lines, StringBuilder error)
    {
        if (chunk.Stream == OutputStream.Output)
        {
            lines.Feed(chunk.Data.Span);
        }
        else if (error.Length < 4000)
        {
            error.Append(Encoding.UTF8.GetString(chunk.Data.Span));
        }

        return ValueTask.CompletedTask;
    }
}
