using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Git.Work;
using Agentworks.Model;
using Agentworks.Tests.EndToEnd.Support;
using Agentworks.Workspaces;

namespace Agentworks.Tests.EndToEnd.Git;

/// <summary>What the tests of git in workspaces share: repositories on the machine and what is done with them.</summary>
internal sealed class GitGround(MachineFixture machine)
{
    public const string Identity = "-c user.name=Tester -c user.email=tester@example.org";

    public static NullEventSink Quiet => NullEventSink.Instance;

    /// <summary>A workspace with a repository whose first commit holds the files a, b and c.</summary>
    public async Task<string> MakeAsync(string name, string? vm = null)
    {
        await machine.Engine.Workspaces.CreateAsync(new NewWorkspace { Name = name, Vm = vm ?? MachineFixture.Vm }, Quiet, CancellationToken.None);
        await RunAsync(name, $"git init -q -b main && for f in a b c; do seq 1 20 | sed \"s/^/$f /\" > $f; done && git add . && git {Identity} commit -qm first");
        return name;
    }

    public async Task<string> RunAsync(string workspace, string command, string? agent = null)
    {
        var result = await machine.RunAsync(command, agent, workspace);
        Assert.True(result.ExitCode == 0, $"{command}: {result.ErrorOutput}");
        return result.Output;
    }

    public Task<AgwGitStatus> StatusAsync(string workspace, string? agent = null, string? path = null) =>
        OneAsync(machine.Engine.Git.StatusAsync([new GitTarget(workspace, agent, path)], allUntracked: false, CancellationToken.None));

    public Task<AgwGitDiff> DiffAsync(string workspace, GitDiffRequest? request = null, string? agent = null) =>
        OneAsync(machine.Engine.Git.DiffAsync([new GitTarget(workspace, agent)], request ?? new GitDiffRequest(), CancellationToken.None));

    public async Task<AgwGitCommit?> CommitAsync(string workspace, GitCommitRequest request, string? agent = null) =>
        (await AllAsync(machine.Engine.Git.CommitAsync([new GitTarget(workspace, agent)], request, Quiet, CancellationToken.None))).Single();

    public Task<AgwGitPush> PushAsync(string workspace, GitPushRequest? request = null, string? agent = null) =>
        OneAsync(machine.Engine.Git.PushAsync([new GitTarget(workspace, agent)], request ?? new GitPushRequest(), Quiet, CancellationToken.None));

    public Task<AgwGitRepository> ImportAsync(string workspace, ImportGitRepository request, string? agent = null, string? path = null) =>
        OneAsync(machine.Engine.GitImports.ImportAsync([new GitTarget(workspace, agent, path)], request, Quiet, CancellationToken.None));

    public async Task RemoveAsync()
    {
        foreach (var workspace in machine.Engine.Workspaces.List())
        {
            await machine.Engine.Workspaces.RemoveAsync(workspace.Name, cascade: true, Quiet, CancellationToken.None);
        }

        Assert.Equal(string.Empty, (await machine.RootAsync("ls -d /run/agentworks/git-* /run/agentworks/clone/* 2>/dev/null || :")).Output);
    }

    public static async Task<T> OneAsync<T>(IAsyncEnumerable<GitOutcome<T>> outcomes)
        where T : class => (await AllAsync(outcomes)).Single() ?? throw new InvalidOperationException("It gave nothing.");

    public static async Task<IReadOnlyList<T?>> AllAsync<T>(IAsyncEnumerable<GitOutcome<T>> outcomes)
        where T : class
    {
        var values = new List<T?>();
        AgentworksException? error = null;
        await foreach (var outcome in outcomes)
        {
            values.Add(outcome.Value);
            error ??= outcome.Error;
        }

        return error is null ? values : throw error;
    }
}
