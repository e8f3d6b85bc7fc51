using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Snapshots;
using Agentworks.Tests.EndToEnd.Support;
using Agentworks.Tests.Shared;
using Agentworks.Vms;
using Agentworks.Workspaces;

namespace Agentworks.Tests.EndToEnd;

/// <summary>No room is left on a machine of many workspaces: what fails leaves what was, and what makes room has made it when it returns.</summary>
[Collection("machine")]
public sealed class FullDiskTests
{
    private const string Fill = "i=0; for size in 64M 8M 1M 64K 4K; do while fallocate -l $size fill.$i 2>/dev/null; do i=$((i+1)); done; done; sync -f .";
    private static readonly NullEventSink Quiet = NullEventSink.Instance;

    [MachineFact]
    public async Task NothingIsLostAndRoomIsThereAtOnce()
    {
        await using var home = await TestHome.CreateAsync();
        await using var engine = AgentworksEngine.Open(TestOptions.For(home.Path));
        await engine.Vms.CreateAsync(new NewVm { Name = "narrow", Platform = "nspawn", DiskGiB = 1 }, Quiet, CancellationToken.None);
        await engine.Workspaces.CreateAsync(new NewWorkspace { Name = "brim" }, Quiet, CancellationToken.None);
        await engine.Workspaces.CreateAsync(new NewWorkspace { Name = "hoard" }, Quiet, CancellationToken.None);
        await RunAsync("brim", "echo kept > kept");
        await SaveAsync("clean");
        await RunAsync("brim", "fallocate -l 200M large");
        await SaveAsync("large");
        await RunAsync("brim", "rm large");
        await RunAsync("hoard", "fallocate -l 200M large");

        await RunAsync("brim", Fill);
        await Assert.ThrowsAsync<DiskFullException>(() => SaveAsync("more"));
        var failure = Assert.IsType<DiskFullException>(await ForkAsync("fork"));
        Assert.Contains("Remove-AgwSnapshot", failure.Recommendation, StringComparison.Ordinal);
        Assert.Equal(["brim", "hoard"], engine.Workspaces.List().Select(one => one.Name).Order(StringComparer.Ordinal));
        Assert.Equal(["clean", "large"], engine.Snapshots.List().Select(one => one.Name).Order(StringComparer.Ordinal));
        Assert.Equal("kept\n", await RunAsync("brim", "cat kept"));

        // What a removed snapshot, a removed workspace and an undone change held is there for the next command.
        await engine.Snapshots.RemoveAsync("brim", "large", Quiet, CancellationToken.None);
        await RunAsync("brim", "fallocate -l 150M again");
        await RunAsync("brim", Fill);
        await engine.Workspaces.RemoveAsync("hoard", cascade: false, Quiet, CancellationToken.None);
        await RunAsync("brim", "fallocate -l 150M once-more");
        await RunAsync("brim", Fill);
        await engine.Snapshots.RestoreAsync(new RestoreSnapshot { Workspace = "brim", Name = "clean" }, Quiet, CancellationToken.None);
        Assert.Equal("kept\n", await RunAsync("brim", "cat *"));
        await RunAsync("brim", "fallocate -l 500M half");
        await SaveAsync("more");
        Assert.Null(await ForkAsync("fork"));

        // What the operator removes himself gives its room back later; what needs it waits for that.
        await RunAsync("brim", Fill + "; rm fill.*");
        await SaveAsync("last");

        async Task<string> RunAsync(string workspace, string command)
        {
            var result = await MachineFixture.RunAsync(engine, command, null, workspace);
            return result.ExitCode == 0 ? result.Output : throw new InvalidOperationException($"{command}: {result.ErrorOutput}");
        }

        Task SaveAsync(string name) => engine.Snapshots.CreateAsync(new NewSnapshot { Workspace = "brim", Name = name }, Quiet, CancellationToken.None);

        async Task<AgentworksException?> ForkAsync(string name) => (await engine.Forks.ForkAsync(new ForkWorkspace("brim", [name], "clean"), Quiet, CancellationToken.None))[0].Error;
    }
}
