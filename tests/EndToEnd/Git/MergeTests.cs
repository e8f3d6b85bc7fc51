using System.Globalization;
using Agentworks.Errors;
using Agentworks.Git.Work;
using Agentworks.Model;
using Agentworks.Snapshots;
using Agentworks.Tests.EndToEnd.Support;
using Agentworks.Tests.Shared;
using Agentworks.Vms;
using Agentworks.Workspaces;

namespace Agentworks.Tests.EndToEnd.Git;

/// <summary>The work of workspaces into another, on one machine and between two: what gets in, what does not, and that nothing is half done.</summary>
[Collection("machine")]
public sealed class MergeTests(MachineFixture machine) : IAsyncLifetime
{
    private const string Other = "other";
    private readonly GitGround _ground = new(machine);

    public async Task InitializeAsync()
    {
        if (new MachineFactAttribute().Skip is null)
        {
            await _ground.MakeAsync("into");
        }
    }

    public async Task DisposeAsync()
    {
        if (new MachineFactAttribute().Skip is null)
        {
            try
            {
                await NothingIsLeftAsync("into");
                await _ground.RemoveAsync();
            }
            finally
            {
                foreach (var vm in machine.Engine.Vms.List().Where(vm => vm.Name == Other))
                {
                    await machine.Engine.Vms.RemoveAsync(vm.Name, cascade: true, GitGround.Quiet, CancellationToken.None);
                }
            }
        }
    }

    [MachineFact]
    public async Task SequentialMergesGoOnPastAConflictAndKeepMergesAndBytes()
    {
        await ForkAsync("one", "sed -i 's/^a 2$/a two/' a; echo 1 > only-one");
        await ForkAsync("two", "sed -i 's/^a 2$/a zwei/' a; echo 2 > only-two");
        await ForkAsync("three", "printf '\\000\\377\\001' > bytes; printf 'caf\\351\\n' > latin; chmod 755 c; mkdir d; git mv b d/b");
        await _ground.RunAsync("three", $"""
            git checkout -q -b side HEAD~1 && echo s > side && git add . && git {GitGround.Identity} commit -qm side &&
            git checkout -q main && git {GitGround.Identity} merge -q --no-ff -m joined side
            """);
        await _ground.RunAsync("into", "echo mine > uncommitted; echo staged > staged; git add staged");
        var (one, two, three) = await MergeAsync("one", "two", "three");

        Assert.Equal((true, 1, null), (one.Success, one.CommitsApplied, one.Error));
        Assert.Equal((false, 0), (two.Success, two.CommitsApplied));
        Assert.Equal(["a"], two.ConflictedFiles);
        Assert.NotNull(two.Error);
        Assert.Equal((true, 3), (three.Success, three.CommitsApplied));
        Assert.Contains(three.Commits, commit => commit.Subject == "joined");
        Assert.Equal(
            "a two\n0 255 1\n636166e90a\nmine staged\n",
            await _ground.RunAsync("into", "sed -n 2p a; od -An -tu1 bytes | xargs; od -An -tx1 latin | tr -d ' '; cat uncommitted staged | xargs"));
        Assert.Equal("ok\n", await _ground.RunAsync("into", "test ! -e only-two -a -e d/b -a ! -e b -a -x c && git merge-base --is-ancestor " + three.Commits[^1].Sha + " HEAD && echo ok"));
        var status = await _ground.StatusAsync("into");
        Assert.Equal(("staged", "uncommitted", three.Commit), (Assert.Single(status.Staged), Assert.Single(status.Untracked), status.Commit));

        // Again: there is nothing more, but for what conflicts.
        (one, two, three) = await MergeAsync("one", "two", "three");
        Assert.Equal((true, 0, false, true, 0), (one.Success, one.CommitsApplied, two.Success, three.Success, three.CommitsApplied));
    }

    [MachineFact]
    public async Task ABranchPerSourceStaysForAPersonWhereItConflicts()
    {
        await ForkAsync("one", "sed -i 's/^a 2$/a two/' a");
        await ForkAsync("two", "sed -i 's/^a 2$/a zwei/' a; echo 2 > only-two");
        var (one, two) = await MergeAsync(MergeStrategy.BranchPerSource, "one", "two");
        Assert.Equal((true, null, false, "merge/two"), (one.Success, one.Branch, two.Success, two.Branch));
        Assert.Equal("merge/two\nMerge workspace 'one' into into\n", await _ground.RunAsync("into", "git for-each-ref --format='%(refname:short)' refs/heads/merge; git log -1 --format=%s"));

        // A person resolves it on the branch, and the next run takes that.
        await _ground.RunAsync("into", $"git checkout -q merge/two; git {GitGround.Identity} merge -q main >/dev/null; git checkout -q --ours a; git add a; git {GitGround.Identity} commit -qm resolved; git checkout -q main");
        (_, two) = await MergeAsync(MergeStrategy.BranchPerSource, "one", "two");
        Assert.Equal((true, null), (two.Success, two.Branch));
        Assert.Equal("a zwei\n", await _ground.RunAsync("into", "sed -n 2p a; git for-each-ref refs/heads/merge"));
    }

    [MachineFact]
    public async Task CherryPicksKeepAuthorsAndApplyAllOfASourceOrNothing()
    {
        await ForkAsync("one", "echo 1 > file1");
        await _ground.RunAsync("one", """
            echo 2 > file2; git add .; printf 'caf\351\n\nbody' > /tmp/e2e-message; git -c user.name='Zo"e $(x)' -c user.email=zoe@example.org -c i18n.commitEncoding=ISO-8859-1 commit -q --date='2001-02-03T04:05:06+0700' -F /tmp/e2e-message; rm /tmp/e2e-message
            """);
        await ForkAsync("two", "echo 3 > file3");
        await _ground.RunAsync("two", $"sed -i 's/^a 2$/a zwei/' a; git {GitGround.Identity} commit -qam conflicting");
        await _ground.RunAsync("into", $"sed -i 's/^a 2$/a two/' a; git {GitGround.Identity} commit -qam mine");
        var before = await _ground.RunAsync("into", "git rev-parse HEAD");
        var (two, one) = await MergeAsync(MergeStrategy.CherryPick, "two", "one");
        Assert.Equal((false, 0), (two.Success, two.CommitsApplied));
        Assert.Equal(["a"], two.ConflictedFiles);
        Assert.Contains("conflicting", two.Error, StringComparison.Ordinal);
        Assert.Equal((true, 2), (one.Success, one.CommitsApplied));
        Assert.Equal($"{before}no\n", await _ground.RunAsync("into", "git rev-parse HEAD~2; test -e file3 && echo yes || echo no"));
        Assert.Equal("Zo\"e $(x) <zoe@example.org> 2001-02-03T04:05:06+07:00 café\n", await _ground.RunAsync("into", "git log -1 --format='%an <%ae> %aI %s'"));
        Assert.Equal("636166e90a\n", await _ground.RunAsync("into", "git cat-file commit HEAD | LC_ALL=C sed '1,/^$/d' | head -n 1 | od -An -tx1 | tr -d ' '"));

        // Done once, it is not done again.
        var (_, again) = await MergeAsync(MergeStrategy.CherryPick, "two", "one");
        Assert.Equal((true, 0), (again.Success, again.CommitsApplied));
    }

    [MachineFact]
    public async Task WhatTheTargetHasNotCommittedIsNeverTouched()
    {
        await ForkAsync("one", "echo theirs >> a; echo new > fresh");
        await ForkAsync("two", "echo theirs >> b");
        await _ground.RunAsync("into", "echo mine >> a; echo mine > fresh");
        var (one, two) = await MergeAsync(MergeStrategy.Sequential, "one", "two");
        Assert.False(one.Success);
        Assert.Equal(["a"], one.ConflictedFiles.Where(file => file == "a"));
        Assert.True(two.Success);
        Assert.Equal("mine\nmine\ntheirs\n", await _ground.RunAsync("into", "tail -n 1 a; cat fresh; tail -n 1 b"));

        // In the middle of something, nothing is merged at all.
        await _ground.RunAsync("into", $"git checkout -q -f; rm fresh; git checkout -q -b side HEAD~1; echo x > b; git {GitGround.Identity} commit -qam x; git checkout -q main; git {GitGround.Identity} merge side >/dev/null || :");
        var busy = await machine.Engine.Merges.MergeAsync(new MergeWorkspaces { Into = "into", Sources = ["one"] }, GitGround.Quiet, CancellationToken.None);
        Assert.IsType<GitRejectedException>(busy[0].Error);
        Assert.Contains("--abort", busy[0].Error!.Recommendation, StringComparison.Ordinal);
    }

    [MachineFact]
    public async Task UncommittedWorkIsLeftOutWithAWarningOrCommittedFirstAndAPreviewChangesNothing()
    {
        await ForkAsync("one", "echo 1 > file1");
        await _ground.RunAsync("one", "echo 2 > file2; echo 3 >> a");
        var before = await _ground.RunAsync("into", "git rev-parse HEAD; find .git -newer .git/HEAD -name '*.lock'");
        var preview = (await machine.Engine.Merges.MergeAsync(new MergeWorkspaces { Into = "into", Sources = ["one"], Preview = true, IncludeUncommitted = true }, GitGround.Quiet, CancellationToken.None))[0].Result;
        Assert.Equal((true, true, 1, 2), (preview.Success, preview.Preview, preview.CommitsApplied, preview.UncommittedFiles));
        Assert.Equal(before, await _ground.RunAsync("into", "git rev-parse HEAD; git status --porcelain"));
        Assert.True((await _ground.StatusAsync("one")).IsDirty);

        var all = (await machine.Engine.Merges.MergeAsync(
            new MergeWorkspaces { Into = "into", Sources = ["one"], IncludeUncommitted = true, Message = "With everything" }, GitGround.Quiet, CancellationToken.None))[0].Result;
        Assert.Equal((true, 2, 0), (all.Success, all.CommitsApplied, all.UncommittedFiles));
        Assert.Equal("2\n3\nWith everything\n", await _ground.RunAsync("into", "cat file2; tail -n 1 a; git log -1 --format=%s"));
        Assert.False((await _ground.StatusAsync("one")).IsDirty);
    }

    [MachineFact]
    public async Task WhatIsNoSourceIsToldOfAndTheRestGoesOn()
    {
        await ForkAsync("one", "echo 1 > file1");
        await machine.Engine.Workspaces.CreateAsync(new NewWorkspace { Name = "plain" }, GitGround.Quiet, CancellationToken.None);
        await machine.Engine.Workspaces.CreateAsync(new NewWorkspace { Name = "empty" }, GitGround.Quiet, CancellationToken.None);
        await _ground.RunAsync("empty", "git init -q");
        await _ground.MakeAsync("stranger");
        await _ground.RunAsync("stranger", $"git {GitGround.Identity} commit -q --amend -m another");
        var outcomes = await machine.Engine.Merges.MergeAsync(
            new MergeWorkspaces { Into = "into", Sources = ["plain", "nobody", "into", "empty", "stranger", "one"] }, GitGround.Quiet, CancellationToken.None);
        Assert.Equal([false, false, false, true, false, true], outcomes.Select(outcome => outcome.Result.Success));
        Assert.IsType<GitRepositoryMissingException>(outcomes[0].Error);
        Assert.IsType<NotFoundException>(outcomes[1].Error);
        Assert.IsType<InvalidRequestException>(outcomes[2].Error);
        Assert.Equal(0, outcomes[3].Result.CommitsApplied);
        Assert.Contains("common", outcomes[4].Result.Error, StringComparison.Ordinal);

        // Into a repository without a commit, the first source is what it becomes.
        var adopted = await machine.Engine.Merges.MergeAsync(new MergeWorkspaces { Into = "empty", Sources = ["one"] }, GitGround.Quiet, CancellationToken.None);
        Assert.True(adopted[0].Result.Success);
        Assert.Equal("1\n", await _ground.RunAsync("empty", "cat file1"));
    }

    [MachineFact]
    public async Task ALockFromBeforeTheMachinesStartIsClearedAndOneOfTodayIsNot()
    {
        await ForkAsync("one", "echo 1 > file1");
        await _ground.RunAsync("into", "touch .git/index.lock");
        var merge = new MergeWorkspaces { Into = "into", Sources = ["one"] };
        Assert.False((await machine.Engine.Merges.MergeAsync(merge, GitGround.Quiet, CancellationToken.None))[0].Result.Success);
        Assert.Equal(".git/index.lock\n", await _ground.RunAsync("into", "find .git -name '*.lock'"));

        await _ground.RunAsync("into", "touch -d @1 .git/index.lock .git/refs/heads/main.lock");
        Assert.True((await machine.Engine.Merges.MergeAsync(merge, GitGround.Quiet, CancellationToken.None))[0].Result.Success);
        Assert.Equal("1\n", await _ground.RunAsync("into", "cat file1; find .git -name '*.lock'"));
    }

    [MachineFact]
    public async Task FromAnotherMachineItArrivesAndCutsAndKillsLeaveNothingHalfDone()
    {
        await machine.Engine.Vms.CreateAsync(new NewVm { Name = Other, Platform = "nspawn", DiskGiB = 2 }, GitGround.Quiet, CancellationToken.None);
        var far = await machine.Engine.WorkspaceCopier.CopyAsync(new CopyWorkspace("into", "far", Other), GitGround.Quiet, CancellationToken.None);
        Assert.Equal((await _ground.RunAsync("into", "git rev-parse HEAD")).Trim(), far.ForkPoint);
        await _ground.RunAsync("far", $"echo far > a; head -c 5000000 /dev/urandom > large; git add .; git {GitGround.Identity} commit -qm far");
        await ForkAsync("near", "echo near > b");
        var sum = await _ground.RunAsync("far", "sha256sum large");
        var first = (await _ground.RunAsync("into", "git rev-parse HEAD")).Trim();

        // The connection breaks after each frame in turn: all or nothing, and the same again ends well.
        for (var frame = 1; frame <= 9; frame++)
        {
            var cut = await MergeCutAsync(frame);
            await NothingRunsAsync();
            await WholeAsync(first, sum, cut is { Success: true });
            var after = (await machine.Engine.Merges.MergeAsync(new MergeWorkspaces { Into = "into", Sources = ["far", "near"] }, GitGround.Quiet, CancellationToken.None));
            Assert.All(after, outcome => Assert.True(outcome.Result.Success, outcome.Result.Error));
            await WholeAsync(first, sum, done: true);
            await _ground.RunAsync("into", $"git reset -q --hard {first}");
        }

        // The operator's process is killed at each step.
        for (var step = 1; await KilledMaker.DiesAsync(machine.Home, step, "merge", "into", "far", "near"); step++)
        {
            await NothingRunsAsync();
            await WholeAsync(first, sum, done: null);
            var after = (await machine.Engine.Merges.MergeAsync(new MergeWorkspaces { Into = "into", Sources = ["far", "near"] }, GitGround.Quiet, CancellationToken.None));
            Assert.All(after, outcome => Assert.True(outcome.Result.Success, outcome.Result.Error));
            await WholeAsync(first, sum, done: true);
            await _ground.RunAsync("into", $"git reset -q --hard {first}");
        }

        await NothingRunsAsync();
        await WholeAsync(first, sum, done: true);
    }

    [MachineFact]
    public async Task AForksWorkIsWhatCameSinceItsForkAlsoWhenTheTargetWasRewritten()
    {
        await _ground.RunAsync("into", $"echo second > b; git {GitGround.Identity} commit -qam second");
        await machine.Engine.Snapshots.CreateAsync(new NewSnapshot { Workspace = "into", Name = "base" }, GitGround.Quiet, CancellationToken.None);
        var forks = await machine.Engine.Forks.ForkAsync(new ForkWorkspace("into", ["fork-1", "fork-2"], "base"), GitGround.Quiet, CancellationToken.None);
        Assert.Equal((await _ground.RunAsync("into", "git rev-parse HEAD")).Trim(), forks[0].Value!.ForkPoint);
        foreach (var fork in forks)
        {
            await _ground.RunAsync(fork.Name, $"echo {fork.Name} > {fork.Name}; git add .; git {GitGround.Identity} commit -qm '{fork.Name}'");
        }

        // The target goes another way: what it has thrown away does not come back with the work of its forks.
        await _ground.RunAsync("into", $"git reset -q --hard HEAD~1; echo other > c; git {GitGround.Identity} commit -qam other");
        var picked = (await machine.Engine.Merges.MergeAsync(
            new MergeWorkspaces { Into = "into", Sources = ["fork-1"], Strategy = MergeStrategy.CherryPick }, GitGround.Quiet, CancellationToken.None))[0].Result;
        Assert.Equal((true, 1, "fork-1"), (picked.Success, picked.CommitsApplied, picked.Commits[0].Subject));
        var merged = (await machine.Engine.Merges.MergeAsync(new MergeWorkspaces { Into = "into", Sources = ["fork-2"], Checkpoint = true }, GitGround.Quiet, CancellationToken.None))[0].Result;
        Assert.Equal((true, 1), (merged.Success, merged.CommitsApplied));
        Assert.Equal("b 1\nother\nfork-1\nfork-2\n", await _ground.RunAsync("into", "head -n 1 b; cat c fork-1 fork-2"));

        // What was there before is a snapshot.
        await machine.Engine.Snapshots.RestoreAsync(new RestoreSnapshot { Workspace = "into", Name = merged.Checkpoint! }, GitGround.Quiet, CancellationToken.None);
        Assert.Equal("fork-1\n", await _ground.RunAsync("into", "cat fork-*"));
        foreach (var fork in forks)
        {
            await machine.Engine.Workspaces.RemoveAsync(fork.Name, cascade: true, GitGround.Quiet, CancellationToken.None);
        }
    }

    [MachineTheory]
    [InlineData("snapshot")]
    [InlineData("copy")]
    public async Task AForkOfAWorkspaceAsItIsKnowsWhereItsWorkBegan(string made)
    {
        // What holds another subvolume cannot be forked by a snapshot.
        await _ground.RunAsync("into", $"{(made == "copy" ? "btrfs -q subvolume create inner; " : string.Empty)}echo second > b; git {GitGround.Identity} commit -qam second");
        var fork = await machine.Engine.WorkspaceCopier.CopyAsync(new CopyWorkspace("into", "fork"), GitGround.Quiet, CancellationToken.None);
        Assert.Equal((await _ground.RunAsync("into", "git rev-parse HEAD")).Trim(), fork.ForkPoint);
        Assert.Equal(made == "snapshot", (await machine.RootAsync($"findmnt -n {fork.Path}")).ExitCode == 0);
        await _ground.RunAsync("fork", $"echo fork > fork; git add fork; git {GitGround.Identity} commit -qm fork");

        // The target takes back what it had when it was forked, and goes on.
        await _ground.RunAsync("into", $"git reset -q --hard HEAD~1; echo other > c; git {GitGround.Identity} commit -qam other");
        var merged = (await machine.Engine.Merges.MergeAsync(
            new MergeWorkspaces { Into = "into", Sources = ["fork"], Strategy = MergeStrategy.CherryPick }, GitGround.Quiet, CancellationToken.None))[0].Result;
        Assert.Equal((true, 1, "fork"), (merged.Success, merged.CommitsApplied, merged.Commits[0].Subject));
        Assert.Equal("b 1\nother\nfork\n", await _ground.RunAsync("into", "head -n 1 b; cat c fork"));
    }

    private async Task<AgwMergeResult?> MergeCutAsync(int frame)
    {
        var once = Path.Combine(machine.Home, "cut-once");
        await File.WriteAllTextAsync(once, string.Empty);
        var host = Path.Combine(AppContext.BaseDirectory, "Agentworks.Tests.CrashHost.dll");
        await using var engine = AgentworksEngine.Open(TestOptions.For(machine.Home) with
        {
            Connect = command => command with
            {
                FileName = "dotnet",
                Arguments = ["exec", host, "cut", frame.ToString(CultureInfo.InvariantCulture), once, command.FileName, .. command.Arguments],
            },
        });
        try
        {
            return (await engine.Merges.MergeAsync(new MergeWorkspaces { Into = "into", Sources = ["far"] }, GitGround.Quiet, CancellationToken.None))[0].Result;
        }
        catch (AgentworksException)
        {
            return null;
        }
    }

    private Task NothingRunsAsync() => Eventually.BecomesAsync(
        async () => (await machine.RootAsync("for w in /run/agentworks/git-*; do p=${w#*/git-}; [ ! -d \"/proc/${p%%-*}\" ] || echo \"$w\"; done")).Output.Length == 0, "the machine has ended what the dead process began");

    /// <summary>Either nothing of far is there or all of it, and git finds nothing wrong.</summary>
    private async Task WholeAsync(string first, string sum, bool? done)
    {
        var state = await _ground.RunAsync("into", $"git status --porcelain; git fsck --no-dangling 2>&1; if [ $(git rev-parse HEAD) = {first} ]; then test ! -e large && echo none; else sha256sum large; fi");
        Assert.True(done switch { true => state == sum, false => state is "none\n" || state == sum, _ => state is "none\n" || state == sum }, state);
    }

    private async Task NothingIsLeftAsync(string workspace) => Assert.Equal(
        string.Empty, await _ground.RunAsync(workspace, "git for-each-ref refs/agw; find .git -name '*.lock' -o -name 'tmp_*' -o -name 'agw-*'; git worktree list | tail -n +2"));

    private async Task ForkAsync(string name, string work)
    {
        await machine.Engine.WorkspaceCopier.CopyAsync(new CopyWorkspace("into", name), GitGround.Quiet, CancellationToken.None);
        await _ground.RunAsync(name, $"{{ {work}; }} && git add -A && git {GitGround.Identity} commit -qm 'work of {name}'");
    }

    private async Task<(AgwMergeResult First, AgwMergeResult Second, AgwMergeResult Third)> MergeAsync(string first, string second, string third)
    {
        var results = await machine.Engine.Merges.MergeAsync(new MergeWorkspaces { Into = "into", Sources = [first, second, third] }, GitGround.Quiet, CancellationToken.None);
        Assert.All(results, outcome => Assert.Null(outcome.Error));
        return (results[0].Result, results[1].Result, results[2].Result);
    }

    private async Task<(AgwMergeResult First, AgwMergeResult Second)> MergeAsync(MergeStrategy strategy, string first, string second)
    {
        var results = await machine.Engine.Merges.MergeAsync(new MergeWorkspaces { Into = "into", Sources = [first, second], Strategy = strategy }, GitGround.Quiet, CancellationToken.None);
        return (results[0].Result, results[1].Result);
    }
}
