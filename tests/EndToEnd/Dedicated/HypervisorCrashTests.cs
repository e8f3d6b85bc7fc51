using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Git.Work;
using Agentworks.Model;
using Agentworks.Snapshots;
using Agentworks.Tests.EndToEnd.Support;

namespace Agentworks.Tests.EndToEnd.Dedicated;

/// <summary>
/// The machine dies at each step of what is done with it: what was asked for is there or is not, what was there is there still, and the same again ends
/// well. The operator's process is killed elsewhere; here it lives to tell.
/// </summary>
[Collection("dedicated")]
public sealed class HypervisorCrashTests(DedicatedFixture ground)
{
    private static readonly NullEventSink Quiet = NullEventSink.Instance;

    [MachineFact]
    public async Task NothingIsLostOfSnapshotsRestoresForksAndMerges()
    {
        await ground.NewAsync("dying");
        await ground.RunAsync("dying", "git init -q -b main; git config user.name n; git config user.email e@example.org; echo one > file; git add .; git commit -qm one; sync");
        await ground.Engine.Snapshots.CreateAsync(new NewSnapshot { Workspace = "dying", Name = "s" }, Quiet, CancellationToken.None);
        await SnapshotsAsync();
        await RestoresAsync();
        await ForksAsync();
        await MergesAsync();
        var ids = new[] { "dying", "dying-fork" }.Select(name => VmId(name)!).ToArray();
        await ground.RemoveAsync("dying-fork");
        await ground.RemoveAsync("dying");
        foreach (var id in ids)
        {
            Assert.Equal(string.Empty, await DedicatedFixture.TracesAsync(id));
        }
    }

    private async Task SnapshotsAsync()
    {
        for (var (step, came) = (1, true); came; step++)
        {
            (came, var error, _) = await StruckAsync(step, TimeSpan.Zero, sink => ground.Engine.Snapshots.CreateAsync(new NewSnapshot { Workspace = "dying", Name = "more" }, sink, CancellationToken.None));
            Assert.Equal("one\n", await ReadAsync("dying", "cat file"));
            var there = ground.Engine.Snapshots.List().FirstOrDefault(one => one.Name == "more");
            if (there is not { State: LifecycleState.Ready })
            {
                Assert.NotNull(error);
                there = await ground.Engine.Snapshots.CreateAsync(new NewSnapshot { Workspace = "dying", Name = "more" }, Quiet, CancellationToken.None);
            }

            await ground.Engine.Snapshots.RestoreAsync(Restore("more"), Quiet, CancellationToken.None);
            Assert.Equal("one\n", await ReadAsync("dying", "cat file; git status --porcelain"));
            await ground.Engine.Snapshots.RemoveAsync("dying", "more", Quiet, CancellationToken.None);
            Assert.Equal(string.Empty, await DedicatedFixture.TracesAsync(there.Id));
        }
    }

    private async Task RestoresAsync()
    {
        for (var (step, came) = (1, true); came; step++)
        {
            await ReadAsync("dying", "echo two > file; sync");
            (came, var error, _) = await StruckAsync(step, TimeSpan.Zero, sink => ground.Engine.Snapshots.RestoreAsync(Restore("s"), sink, CancellationToken.None));
            Assert.Contains(await ReadAsync("dying", "cat file"), error is null ? ["one\n"] : new[] { "one\n", "two\n" });
            await ground.Engine.Snapshots.RestoreAsync(Restore("s"), Quiet, CancellationToken.None);
            Assert.Equal("one\n", await ReadAsync("dying", "cat file; git status --porcelain"));
            Assert.DoesNotMatch("[.](next|old)", await DedicatedFixture.TracesAsync(VmId("dying")!));
        }
    }

    /// <summary>Of the workspace as it is; the machines of both die, the fork's as soon as it starts.</summary>
    private async Task ForksAsync()
    {
        var struck = false;
        for (var (step, came) = (1, true); came; step++)
        {
            AgentworksException? error = null;
            (came, var thrown, var hit) = await StruckAsync(
                step, TimeSpan.Zero, async sink => error = (await ground.Engine.Forks.ForkAsync(new ForkWorkspace("dying", ["dying-fork"]), sink, CancellationToken.None))[0].Error, "dying-fork");
            struck |= hit.Contains("dying-fork");
            Assert.Equal("one\n", await ReadAsync("dying", "cat file"));
            if ((error ?? thrown) is not null)
            {
                Assert.Null((await ground.Engine.Forks.ForkAsync(new ForkWorkspace("dying", ["dying-fork"]), Quiet, CancellationToken.None))[0].Error);
            }

            Assert.Equal("one\ndying-fork\n", await ReadAsync("dying-fork", "cat file; git status --porcelain; hostname"));
            Assert.Equal(string.Empty, await DedicatedFixture.TracesAsync("live-" + VmId("dying")));
            if (came)
            {
                var id = VmId("dying-fork")!;
                await ground.RemoveAsync("dying-fork");
                Assert.Equal(string.Empty, await DedicatedFixture.TracesAsync(id));
            }
        }

        Assert.True(struck);
    }

    private async Task MergesAsync()
    {
        await ReadAsync("dying-fork", "echo work > work; git add .; git commit -qm work; sync");
        var merge = new MergeWorkspaces { Into = "dying", Sources = ["dying-fork"] };
        foreach (var later in new[] { 0, 25, 75 })
        {
            var (came, _, hit) = await StruckAsync(1, TimeSpan.FromMilliseconds(later), sink => ground.Engine.Merges.MergeAsync(merge, sink, CancellationToken.None), "dying-fork");
            Assert.Equal((true, "dying dying-fork"), (came, string.Join(' ', hit)));
            await MergedAsync(merge);
            Assert.True(await KilledMaker.DiesAsync(ground.Home, $"1+{later * 2}", "merge", "dying", "dying-fork") || later > 0);
            await MergedAsync(merge);
        }
    }

    /// <summary>All of the fork's work is there or nothing; after the same again all of it, and git finds nothing amiss.</summary>
    private async Task MergedAsync(MergeWorkspaces merge)
    {
        const string Work = "git fsck --no-dangling 2>&1; git status --porcelain; git log --format=%s; cat work 2>/dev/null";

        // What git itself leaves where it is cut off is cleared by the next merge.
        const string Look = Work + "; git for-each-ref refs/agw; find .git -name '*.lock'";

        // Each connection has a server of its own there, which ends when all that it ran has. The one that asks has one too.
        await Eventually.BecomesAsync(async () => await ground.RootAsync("dying", "pgrep -xc agentworks-chan") == "1", "the machine has ended what the dead process began");
        Assert.Contains(await ReadAsync("dying", Work), new[] { "one\n", "work\none\nwork\n" });
        Assert.All(await ground.Engine.Merges.MergeAsync(merge, Quiet, CancellationToken.None), outcome => Assert.True(outcome.Result.Success, outcome.Result.Error));
        Assert.Equal("work\none\nwork\n", await ReadAsync("dying", Look));
        await ReadAsync("dying", "git reset -q --hard HEAD~1; sync");
    }

    /// <summary>
    /// Whether the operation came to the step at which the machines were killed, how it ended: in order, or with an error of ours, and which were hit. That of the
    /// workspace must be; another is when it runs by then, or starts in what is left of the operation. Those that are there run again.
    /// </summary>
    private async Task<(bool Came, AgentworksException? Error, string[] Hit)> StruckAsync(int step, TimeSpan later, Func<IEventSink, Task> operation, params string[] others)
    {
        string[] names = ["dying", .. others];
        foreach (var name in names)
        {
            await ground.AwakenAsync(name);
        }

        var over = new TaskCompletionSource();
        bool[] hit = [];
        var sink = new StrikingSink(step, later, async () => hit = await Task.WhenAll(names.Select(name => PowerCut.StrikeSoonAsync(() => VmId(name), over.Task))));
        AgentworksException? error = null;
        try
        {
            await operation(sink).WaitAsync(TimeSpan.FromMinutes(5));
        }
        catch (AgentworksException e)
        {
            error = e;
        }
        finally
        {
            over.SetResult();
        }

        await sink.DoneAsync();
        Assert.True(hit.FirstOrDefault() == sink.Came, $"step {step}");
        foreach (var name in names)
        {
            await ground.AwakenAsync(name);
        }

        return (sink.Came, error, [.. names.Zip(hit).Where(one => one.Second).Select(one => one.First)]);
    }

    private async Task<string> ReadAsync(string workspace, string command) => (await ground.RunAsync(workspace, command)).Output;

    private string? VmId(string name) => ground.Engine.Vms.List().FirstOrDefault(vm => vm.Name == name)?.Id;

    private static RestoreSnapshot Restore(string name) => new() { Workspace = "dying", Name = name, Stop = TimeSpan.Zero };
}
