using Agentworks.Platforms;
using Agentworks.Platforms.Nspawn;
using Agentworks.Ports;
using Agentworks.Tests.EndToEnd.Support;

namespace Agentworks.Tests.EndToEnd.Platforms;

public sealed class OperationFenceTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly ProcessRunner processes = new();
    private readonly NspawnPaths paths;

    public OperationFenceTests() => paths = new NspawnLayout(folder.Path).For("m1");

    [MachineFact]
    public async Task AToolOfAGivenUpOperationDoesNothing()
    {
        var earlier = await BeginAsync();
        var later = await BeginAsync();

        Assert.False((await TouchAsync(earlier, "early")).Succeeded);
        Assert.True((await TouchAsync(later, "late")).Succeeded);
        later.Remove();
        Assert.False((await TouchAsync(later, "too-late")).Succeeded);

        Assert.Equal(["late"], Directory.GetFiles(folder.Path).Select(f => Path.GetFileName(f)), StringComparer.Ordinal);
    }

    [MachineFact]
    public async Task TheNextOperationWaitsForAToolThatStillRuns()
    {
        var (program, arguments) = (await BeginAsync()).Wrap("/bin/sh", ["-c", "echo; read -r line"]);
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var input = new HeldStream();
        var tool = processes.RunAsync(
            program, arguments, new ProcessOptions(Input: input, OnOutputLine: _ => started.SetResult()), CancellationToken.None);
        await started.Task;

        // An attempt that may only look once finds it busy.
        using var once = new CancellationTokenSource();
        var impatient = OperationFence.BeginAsync(paths.Lock, TimeProvider.System, once.Token);
        Assert.False(impatient.IsCompleted);
        await once.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);

        var next = BeginAsync();
        input.LetGo();
        Assert.True((await tool).Succeeded);
        await next;
    }

    public void Dispose() => folder.Dispose();

    private Task<OperationFence> BeginAsync() => OperationFence.BeginAsync(paths.Lock, TimeProvider.System, CancellationToken.None);

    private Task<ProcessResult> TouchAsync(OperationFence fence, string name)
    {
        var (program, arguments) = fence.Wrap("/usr/bin/touch", [Path.Combine(folder.Path, name)]);
        return processes.RunAsync(program, arguments, null, CancellationToken.None);
    }
}
