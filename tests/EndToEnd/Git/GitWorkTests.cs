using Agentworks.Agents;
using Agentworks.Errors;
using Agentworks.Git.Work;
using Agentworks.Model;
using Agentworks.Tests.EndToEnd.Support;

namespace Agentworks.Tests.EndToEnd.Git;

/// <summary>git in workspaces with the machine's real git: what is read, what is committed, and what hostile repositories cannot do.</summary>
[Collection("machine")]
public sealed class GitWorkTests(MachineFixture machine) : IAsyncLifetime
{
    private readonly GitGround _ground = new(machine);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (new MachineFactAttribute().Skip is null)
        {
            foreach (var agent in machine.Engine.Agents.List())
            {
                await machine.Engine.Agents.RemoveAsync(agent.Name, cascade: true, GitGround.Quiet, CancellationToken.None);
            }

            await _ground.RemoveAsync();
        }
    }

    [MachineFact]
    public async Task StatusTellsEveryKindOfChangeWithOddNames()
    {
        await _ground.MakeAsync("w");
        var clean = await _ground.StatusAsync("w");
        Assert.Equal(("main", false, null, null), (clean.Branch, clean.IsDirty, clean.Upstream, clean.Ahead));
        await _ground.RunAsync("w", """
            git mv c 'moved here'; echo more >> a; git add a; echo yet >> a; rm b; mkdir new; touch new/file; printf x > "$(printf 'odd\n-name\t"')"
            """);
        var status = await _ground.StatusAsync("w");
        Assert.Equal(["a", "moved here"], status.Staged.Order(StringComparer.Ordinal));
        Assert.Equal(["a", "b"], status.Modified.Order(StringComparer.Ordinal));
        Assert.Equal(["new/", "odd\n-name\t\""], status.Untracked.Order(StringComparer.Ordinal));
        Assert.Equal(new AgwGitRename("c", "moved here"), Assert.Single(status.Renamed));
        Assert.True(status.IsDirty);

        // A branch with an upstream, and a merge that cannot go on.
        await _ground.RunAsync("w", $"""
            git reset -q --hard && rm -rf new odd* && git checkout -q -b side && echo side > a && git {GitGround.Identity} commit -qam side &&
            git checkout -q main && echo main > a && git {GitGround.Identity} commit -qam main && git branch -q --set-upstream-to=side && ! git {GitGround.Identity} merge -q side >/dev/null
            """);
        var merging = await _ground.StatusAsync("w");
        Assert.Equal(("side", 1, 1), (merging.Upstream, merging.Ahead, merging.Behind));
        Assert.Equal(["a"], merging.Conflicted);
        await _ground.RunAsync("w", "git merge --abort; git checkout -q --detach");
        Assert.Null((await _ground.StatusAsync("w")).Branch);
    }

    [MachineFact]
    public async Task WhatIsNoRepositoryIsAnErrorOfItsOwnAmongOthers()
    {
        await _ground.MakeAsync("w");
        await machine.Engine.Workspaces.CreateAsync(new Workspaces.NewWorkspace { Name = "bare" }, GitGround.Quiet, CancellationToken.None);
        await _ground.RunAsync("w", "mkdir sub");
        var outcomes = new List<GitOutcome<AgwGitStatus>>();
        await foreach (var outcome in machine.Engine.Git.StatusAsync(
            [new("w"), new("bare"), new("w", Path: "sub"), new("w", Path: "../bare"), new("nobody"), new("w", Path: "/etc"), new("w", Path: "missing")], allUntracked: false, CancellationToken.None))
        {
            outcomes.Add(outcome);
        }

        Assert.Equal(7, outcomes.Count);
        Assert.All(outcomes.Where(one => one.Error is null), one => Assert.Equal("w", one.Value!.Workspace));
        Assert.Equal(["w", "w"], outcomes.Where(one => one.Error is null).Select(one => one.Target.Workspace));
        Assert.Equal(2, outcomes.Count(one => one.Error is GitRepositoryMissingException));
        Assert.Equal(2, outcomes.Count(one => one.Error is InvalidRequestException));
        Assert.Single(outcomes, one => one.Error is NotFoundException);
    }

    [MachineFact]
    public async Task ADiffHasItsFilesAndAPatchThatIsCutWhereItIsToBe()
    {
        await _ground.MakeAsync("w");
        await _ground.RunAsync("w", "git mv c renamed; printf '\\000\\001' > binary; git add binary; sed -i s/5/five/ a; echo new > untracked");
        var all = await _ground.DiffAsync("w", new GitDiffRequest { Against = "HEAD", IncludeUntracked = true });
        Assert.Equal(
            [("a", null, GitChange.Modified), ("binary", null, GitChange.Added), ("renamed", "c", GitChange.Renamed), ("untracked", null, GitChange.Added)],
            all.Files.Select(file => (file.Path, file.OldPath, file.Status)));
        Assert.Equal((2, 2, true), (all.Files[0].Added, all.Files[0].Deleted, all.Files[1].IsBinary));
        Assert.Contains("+new", all.Patch, StringComparison.Ordinal);
        Assert.Equal(["a"], (await _ground.DiffAsync("w")).Files.Select(file => file.Path));
        Assert.Equal(["binary", "renamed"], (await _ground.DiffAsync("w", new GitDiffRequest { Staged = true })).Files.Select(file => file.Path));
        Assert.Equal(["untracked"], (await _ground.DiffAsync("w", new GitDiffRequest { IncludeUntracked = true, Files = ["untracked", "not there"] })).Files.Select(file => file.Path));
        Assert.Null((await _ground.DiffAsync("w", new GitDiffRequest { Stat = true })).Patch);
        await Assert.ThrowsAsync<InvalidRequestException>(() => _ground.DiffAsync("w", new GitDiffRequest { Against = "--output=/tmp/x" }));

        // Asking left the index as it was.
        Assert.Equal(["untracked"], (await _ground.StatusAsync("w")).Untracked);

        // Far more than is wanted comes to an end at once, on whole characters.
        await _ground.RunAsync("w", "perl -e 'print \"\\xc3\\xa4\" x 1000, \"\\n\" for 1 .. 20000' > large; git add -N large");
        var large = await _ground.DiffAsync("w", new GitDiffRequest { Files = ["large"] });
        Assert.True(large.Truncated);
        Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(large.Patch!), 65530, 65536);
        Assert.DoesNotContain('\uFFFD', large.Patch!);
        Assert.Equal(20000, large.Files[0].Added);
    }

    [MachineFact]
    public async Task ACommitIsByWhomGitSaysAndNothingIsDoneWhereAllIsClean()
    {
        await _ground.MakeAsync("w");
        Assert.Null(await _ground.CommitAsync("w", new GitCommitRequest { Message = "none", All = true }));
        await _ground.RunAsync("w", "echo x >> a; rm b; mkdir -p d/e; echo y > d/e/f");
        Assert.Null(await _ground.CommitAsync("w", new GitCommitRequest { Message = "nothing is staged" }));
        const string Message = "Subject 'with' \"$(quotes)\" and `ticks`\n\n# a line that stays\n--all";
        var commit = await _ground.CommitAsync("w", new GitCommitRequest { Message = Message, All = true, Author = "Ada Lovelace <ada@example.com>" });
        Assert.Equal(("main", "Subject 'with' \"$(quotes)\" and `ticks`", "Ada Lovelace <ada@example.com>", 3), (commit!.Branch, commit.Subject, commit.Author, commit.FilesChanged));
        Assert.Equal($"{commit.Sha}\n{Message}\n", await _ground.RunAsync("w", "git rev-parse HEAD; git log -1 --format=%B | sed '$d'"));
        Assert.False((await _ground.StatusAsync("w")).IsDirty);

        await _ground.RunAsync("w", "git config user.name Local; git config user.email local@example.org; echo z > a");
        Assert.Equal("Local <local@example.org>", (await _ground.CommitAsync("w", new GitCommitRequest { Message = "by the repository", All = true }))!.Author);
        await Assert.ThrowsAsync<InvalidRequestException>(() => _ground.CommitAsync("w", new GitCommitRequest { Message = "x", All = true, Author = "no address" }));
        await Assert.ThrowsAsync<InvalidRequestException>(() => _ground.CommitAsync("w", new GitCommitRequest { Message = " ", All = true }));
    }

    [MachineFact]
    public async Task WhatAHostileRepositoryNamesDoesNotRun()
    {
        await _ground.MakeAsync("w");
        foreach (var agent in new[] { "good", "evil" })
        {
            await machine.Engine.Agents.CreateAsync(new NewAgent { Name = agent, Workspaces = ["w"] }, GitGround.Quiet, CancellationToken.None);
        }

        await _ground.RunAsync("w", """
            mkdir -m 777 .marks; mkdir -p .git/hooks
            printf '#!/bin/sh\nid -un >> %s/.marks/$(basename "$0").$$\ncat\n' "$PWD" > evil; chmod 755 evil
            for hook in pre-commit post-commit prepare-commit-msg commit-msg post-index-change pre-push post-merge post-checkout reference-transaction; do cp evil .git/hooks/$hook; done
            for name in fsmonitor external textconv clean smudge process gpg editor sequence askpass ssh pager; do cp evil evil-$name; done
            git config core.fsmonitor "$PWD/evil-fsmonitor"; git config diff.external "$PWD/evil-external"; git config diff.x.textconv "$PWD/evil-textconv"; git config diff.x.command "$PWD/evil-external"
            git config filter.y.clean "$PWD/evil-clean"; git config filter.y.smudge "$PWD/evil-smudge"; git config filter.y.required true
            git config commit.gpgSign true; git config gpg.program "$PWD/evil-gpg"; git config core.editor "$PWD/evil-editor"; git config core.askPass "$PWD/evil-askpass"
            git config core.sshCommand "$PWD/evil-ssh"; git config core.pager "$PWD/evil-pager"; git config pager.diff true; git config status.showUntrackedFiles no; git config alias.status '!touch .marks/alias'
            printf '* diff=x filter=y\n' > .gitattributes; printf 'evil*\n.marks\n' > .git/info/exclude
            rm -f .marks/*; echo changed > a; echo new > b2
            """);
        foreach (var agent in new[] { null, "good" })
        {
            var status = await _ground.StatusAsync("w", agent);
            Assert.Contains("b2", status.Untracked);
            Assert.Contains("+changed", (await _ground.DiffAsync("w", new GitDiffRequest { IncludeUntracked = true }, agent)).Patch, StringComparison.Ordinal);
        }

        Assert.NotNull(await _ground.CommitAsync("w", new GitCommitRequest { Message = "as good", All = true }, "good"));
        Assert.Equal(string.Empty, await _ground.RunAsync("w", "ls .marks | grep -v '^evil-clean' || :"));
        Assert.Equal(string.Empty, await _ground.RunAsync("w", "cat .marks/* 2>/dev/null | grep -v '^ws-w$' || :"));

        // Asked for, they run.
        await _ground.RunAsync("w", "rm -f .marks/*; echo again > a; git config --unset commit.gpgSign");
        await _ground.CommitAsync("w", new GitCommitRequest { Message = "with hooks", All = true, RunHooks = true });
        Assert.Contains("pre-commit", await _ground.RunAsync("w", "ls .marks"), StringComparison.Ordinal);
    }

    [MachineFact]
    public async Task ManyWorkspacesOfAMachineAreOneQuestion()
    {
        foreach (var name in new[] { "w1", "w2", "w3" })
        {
            await _ground.MakeAsync(name);
            await _ground.RunAsync(name, $"echo {name} > a");
        }

        var targets = new[] { "w1", "w2", "w3" }.Select(name => new GitTarget(name)).ToArray();
        var commits = await GitGround.AllAsync(machine.Engine.Git.CommitAsync(targets, new GitCommitRequest { Message = "all", All = true }, GitGround.Quiet, CancellationToken.None));
        Assert.Equal(["w1", "w2", "w3"], commits.Select(commit => commit!.Workspace).Order(StringComparer.Ordinal));
        Assert.Equal(3, commits.Select(commit => commit!.Sha).Distinct(StringComparer.Ordinal).Count());
    }
}
