using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Model;
using Agentworks.Preparing;
using Agentworks.Snapshots;
using Agentworks.Tests.EndToEnd.Support;
using Agentworks.Workspaces;

namespace Agentworks.Tests.EndToEnd;

/// <summary>Prepared workspaces: made once, there at once while the inputs are the same, made anew when they change, and gone on with after whatever ended it.</summary>
[Collection("machine")]
public sealed class PreparationTests(MachineFixture machine) : IAsyncLifetime
{
    private static readonly NullEventSink Quiet = NullEventSink.Instance;

    public async Task InitializeAsync()
    {
        if (new MachineFactAttribute().Skip is null)
        {
            var made = await machine.RootAsync("""
                umask 022; git init -q -b main /srv/e2e-prepared && cd /srv/e2e-prepared && echo code > code && git add . && git -c user.name=t -c user.email=t@example.org commit -qm first && git config --system --replace-all safe.directory '*'
                """);
            Assert.True(made.ExitCode == 0, made.ErrorOutput);
        }
    }

    public async Task DisposeAsync()
    {
        if (new MachineFactAttribute().Skip is null)
        {
            foreach (var workspace in machine.Engine.Workspaces.List().OrderBy(workspace => workspace.ParentSnapshot is null))
            {
                await machine.Engine.Workspaces.RemoveAsync(workspace.Name, cascade: true, Quiet, CancellationToken.None);
            }

            await machine.RootAsync("rm -rf /srv/e2e-prepared");
        }
    }

    [MachineFact]
    public async Task ItIsMadeOnceAndAnewWhenItsInputsChange()
    {
        var first = await PrepareAsync(Request("echo one > made", "cat made >> count"));
        Assert.Equal((false, "prepared", 2), (first.Reused, first.Name, first.StepResults.Count));
        Assert.All(first.StepResults, step => Assert.Equal(0, step.ExitCode));
        var again = await PrepareAsync(Request("echo one > made", "cat made >> count"));
        Assert.Equal((true, first.Id, 0), (again.Reused, again.Id, again.StepResults.Count));
        Assert.Equal("code\none\n", (await machine.RunAsync("cat code count", workspace: "golden")).Output);

        // Other inputs: anew, and what somebody did in it meanwhile is kept.
        await machine.RunAsync("echo work > work", workspace: "golden");
        var changed = await PrepareAsync(Request("echo two > made"));
        Assert.False(changed.Reused);
        Assert.NotEqual(first.Id, changed.Id);
        Assert.Equal("code\nmade\n", (await machine.RunAsync("ls; git status --short | grep -v made || :", workspace: "golden")).Output);
        var kept = Assert.Single(machine.Engine.Snapshots.List(), snapshot => snapshot.Workspace == "golden" && snapshot.Name != "prepared");
        await machine.Engine.Snapshots.RestoreAsync(new RestoreSnapshot { Workspace = "golden", Name = kept.Name }, Quiet, CancellationToken.None);
        Assert.Equal("work\n", (await machine.RunAsync("cat work", workspace: "golden")).Output);

        // Forks need the snapshot that would go.
        await machine.Engine.Forks.ForkAsync(new ForkWorkspace("golden", ["fork"], "prepared"), Quiet, CancellationToken.None);
        Assert.Equal("two\n", (await machine.RunAsync("cat made", workspace: "fork")).Output);
        if (machine.Engine.Snapshots.List().First(snapshot => snapshot.Id == changed.Id).Forks.Count > 0)
        {
            await Assert.ThrowsAsync<HasDependentsException>(() => PrepareAsync(Request("echo three > made")));
            Assert.Equal("work\n", (await machine.RunAsync("cat work", workspace: "golden")).Output);
        }

        var other = await PrepareAsync(Request("echo three > made") with { SnapshotName = "other" });
        Assert.Equal("other", other.Name);
    }

    [MachineFact]
    public async Task AFailureKeepsTheWorkspaceAndTheNextCallGoesOn()
    {
        var failure = await Assert.ThrowsAsync<SetupFailedException>(() => PrepareAsync(Request("echo done >> first", "test -e go || { echo 'what is missing' >&2; exit 7; }")));
        Assert.Contains("exit status 7", failure.Message, StringComparison.Ordinal);
        Assert.Contains("what is missing", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(machine.Engine.Snapshots.List(), snapshot => snapshot.Workspace == "golden");
        await machine.RunAsync("touch go", workspace: "golden");
        var made = await PrepareAsync(Request("echo done >> first", "test -e go || { echo 'what is missing' >&2; exit 7; }"));
        Assert.Equal([null, 0], made.StepResults.Select(step => step.ExitCode));
        Assert.Equal("done\n", (await machine.RunAsync("cat first", workspace: "golden")).Output);

        var slow = await Assert.ThrowsAsync<SetupFailedException>(() => PrepareAsync(Request("sleep 60") with { Timeout = TimeSpan.FromSeconds(1), SnapshotName = "slow" }));
        Assert.Contains("longer than 1", slow.Message, StringComparison.Ordinal);
    }

    [MachineFact]
    public async Task TwoCallsAtOnceDoItOnce()
    {
        var request = Request("echo x >> runs; sleep 1");
        var both = await Task.WhenAll(PrepareAsync(request), PrepareAsync(request));
        Assert.Equal(both[0].Id, both[1].Id);
        Assert.Single(both, one => one.Reused);
        Assert.Equal("x\n", (await machine.RunAsync("cat runs", workspace: "golden")).Output);
    }

    [MachineFact]
    public async Task KilledAtEveryStepTheSameAgainFinishes()
    {
        for (var step = 1; await KilledMaker.DiesAsync(machine.Home, step, "prepare", "golden", "file:///srv/e2e-prepared", "echo x >> runs"); step++)
        {
            var made = await PrepareAsync(Request("echo x >> runs"));
            Assert.Equal(LifecycleState.Ready, made.State);
            Assert.Equal("code\n", (await machine.RunAsync("cat code; test $(wc -l < runs) -le 2", workspace: "golden")).Output);
            Assert.Single(machine.Engine.Snapshots.List(), snapshot => snapshot.Workspace == "golden");
            await machine.Engine.Workspaces.RemoveAsync("golden", cascade: true, Quiet, CancellationToken.None);
        }
    }

    private static PrepareWorkspace Request(params string[] commands) => new()
    {
        Workspace = new NewWorkspace { Name = "golden", Vm = MachineFixture.Vm, Repository = "file:///srv/e2e-prepared" },
        SetupCommands = commands,
    };

    private Task<AgwPreparedSnapshot> PrepareAsync(PrepareWorkspace request) => machine.Engine.Preparations.PrepareAsync(request, Quiet, CancellationToken.None);
}
