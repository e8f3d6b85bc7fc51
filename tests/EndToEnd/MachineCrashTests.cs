using Agentworks.Agents;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Git.Work;
using Agentworks.Model;
using Agentworks.Snapshots;
using Agentworks.Tests.EndToEnd.Support;
using Agentworks.Workspaces;

namespace Agentworks.Tests.EndToEnd;

/// <summary>The machine that carries shared workspaces dies at each step of what is done in them. What was there is there still, and the same again ends well.</summary>
[Collection("machine")]
public sealed class MachineCrashTests(MachineFixture machine)
{
    private const string Root = "/opt/agentworks/workspaces";
    private static readonly NullEventSink Quiet = NullEventSink.Instance;

    [MachineFact]
    public async Task NothingIsLostOfSnapshotsRestoresForksAndMerges()
    {
        await machine.Engine.Workspaces.CreateAsync(new NewWorkspace { Name = "frail" }, Quiet, CancellationToken.None);
        await machine.Engine.Agents.CreateAsync(new NewAgent { Name = "stayer", Workspaces = ["frail"] }, Quiet, CancellationToken.None);
        await ReadAsync("frail", "git init -q -b main; git config user.name n; git config user.email e@example.org; echo one > file; git add .; git commit -qm one; sync -f .");
        await machine.Engine.Snapshots.CreateAsync(new NewSnapshot { Workspace = "frail", Name = "s" }, Quiet, CancellationToken.None);

        await EachAsync(
            sink => machine.Engine.Snapshots.CreateAsync(new NewSnapshot { Workspace = "frail", Name = "more" }, sink, CancellationToken.None),
            async done =>
            {
                Assert.Equal("one\n", await ReadAsync("frail", "cat file"));
                if (machine.Engine.Snapshots.List().FirstOrDefault(one => one.Name == "more") is not { State: LifecycleState.Ready })
                {
                    Assert.False(done);
                    await machine.Engine.Snapshots.CreateAsync(new NewSnapshot { Workspace = "frail", Name = "more" }, Quiet, CancellationToken.None);
                }

                await machine.Engine.Snapshots.RestoreAsync(Restore("more"), Quiet, CancellationToken.None);
                Assert.Equal("one\n", await ReadAsync("frail", "cat file; git status --porcelain"));
                await machine.Engine.Snapshots.RemoveAsync("frail", "more", Quiet, CancellationToken.None);
            });

        await EachAsync(
            sink => machine.Engine.Snapshots.RestoreAsync(Restore("s"), sink, CancellationToken.None),
            async done =>
            {
                Assert.Contains(await ReadAsync("frail", "cat file"), done ? ["one\n"] : new[] { "one\n", "two\n" });
                await machine.Engine.Snapshots.RestoreAsync(Restore("s"), Quiet, CancellationToken.None);
                Assert.Equal("one\n", await ReadAsync("frail", "cat file; git status --porcelain"));
                Assert.Equal(0, (await machine.RunAsync("echo mine > mine && rm mine", "stayer", "frail")).ExitCode);
            },
            () => ReadAsync("frail", "echo two > file; sync -f ."));

        await EachAsync(
            async sink => Throw((await machine.Engine.Forks.ForkAsync(new ForkWorkspace("frail", ["frail-fork"], "s"), sink, CancellationToken.None))[0].Error),
            async done =>
            {
                if (!done)
                {
                    Throw((await machine.Engine.Forks.ForkAsync(new ForkWorkspace("frail", ["frail-fork"], "s"), Quiet, CancellationToken.None))[0].Error);
                }

                Assert.Equal("one\n", await ReadAsync("frail-fork", "cat file; git status --porcelain; touch x && rm x"));
                await machine.Engine.Workspaces.RemoveAsync("frail-fork", cascade: true, Quiet, CancellationToken.None);
                Assert.Equal("one\n", await ReadAsync("frail", "cat file"));
            });

        Throw((await machine.Engine.Forks.ForkAsync(new ForkWorkspace("frail", ["frail-fork"], "s"), Quiet, CancellationToken.None))[0].Error);
        await ReadAsync("frail-fork", "echo work > work; git add .; git commit -qm work; sync -f .");
        const string Work = "git fsck --no-dangling 2>&1; git status --porcelain; git log --format=%s; cat work 2>/dev/null";

        // What git itself leaves where it is cut off is cleared by the next merge.
        const string Look = Work + "; git for-each-ref refs/agw; find .git -name '*.lock'";
        var merge = new MergeWorkspaces { Into = "frail", Sources = ["frail-fork"] };
        await EachAsync(
            async sink => Throw((await machine.Engine.Merges.MergeAsync(merge, sink, CancellationToken.None))[0].Error),
            async done =>
            {
                Assert.Contains(await ReadAsync("frail", Work), done ? ["work\none\nwork\n"] : new[] { "one\n", "work\none\nwork\n" });
                Throw((await machine.Engine.Merges.MergeAsync(merge, Quiet, CancellationToken.None))[0].Error);
                Assert.Equal("work\none\nwork\n", await ReadAsync("frail", Look));
                await ReadAsync("frail", "git reset -q --hard HEAD~1; sync -f .");
            });

        await machine.Engine.Workspaces.RemoveAsync("frail-fork", cascade: true, Quiet, CancellationToken.None);
        await machine.Engine.Agents.RemoveAsync("stayer", cascade: true, Quiet, CancellationToken.None);
        await machine.Engine.Workspaces.RemoveAsync("frail", cascade: true, Quiet, CancellationToken.None);
        Assert.Equal(string.Empty, (await machine.RootAsync($"ls -A {Root}; btrfs subvolume list -o {Root}; getent passwd | grep ^ws-; cat /etc/agentworks/mapped 2>/dev/null; ls -d /run/agentworks/git-* 2>/dev/null || :")).Output);
    }

    /// <summary>The machine dies right after each step in turn, and a moment later, amid the work; then a run that is left alone.</summary>
    private async Task EachAsync(Func<IEventSink, Task> operation, Func<bool, Task> converges, Func<Task>? before = null)
    {
        var id = machine.Engine.Vms.List().First(vm => vm.Name == MachineFixture.Vm).Id;
        for (var (step, came) = (1, true); came; step++)
        {
            foreach (var later in new[] { 0, 30 })
            {
                await AwakenAsync();
                await (before?.Invoke() ?? Task.CompletedTask);
                var hit = false;
                var sink = new StrikingSink(step, TimeSpan.FromMilliseconds(later), async () => hit = await PowerCut.StrikeSoonAsync(() => id, Task.CompletedTask));
                var done = true;
                try
                {
                    await operation(sink).WaitAsync(TimeSpan.FromMinutes(2));
                }
                catch (AgentworksException)
                {
                    done = false;
                }

                await sink.DoneAsync();
                came = sink.Came;
                Assert.Equal(came, hit);
                await AwakenAsync();
                await converges(done);
                if (!came)
                {
                    break;
                }
            }
        }
    }

    private Task AwakenAsync() => Eventually.RunsAgainAsync(() => machine.RunAsync("echo awake"), MachineFixture.Vm);

    private static void Throw(AgentworksException? error)
    {
        if (error is not null)
        {
            throw error;
        }
    }

    private async Task<string> ReadAsync(string workspace, string command)
    {
        var result = await machine.RunAsync(command, workspace: workspace);
        return result.Output;
    }

    private static RestoreSnapshot Restore(string name) => new() { Workspace = "frail", Name = name };
}
