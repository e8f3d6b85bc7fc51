using System.Text;
using Agentworks.Errors;
using Agentworks.Transport;

namespace Agentworks.Tests.EndToEnd.Transport;

/// <summary>Commands as other users.</summary>
public sealed class UserTests : IAsyncLifetime
{
    private readonly TestMachine _machine = new();
    private MachineShell _shell = null!;

    public Task InitializeAsync()
    {
        _shell = _machine.Direct();
        return Task.CompletedTask;
    }

    public Task DisposeAsync() => _machine.DisposeAsync().AsTask();

    [RootFact]
    public async Task A_command_runs_as_the_user_with_the_users_login_values()
    {
        using var user = new TemporaryUser();

        var result = await RunAsync(user.Name, "id -un; id -ru; echo $HOME $USER $LOGNAME; pwd; grep -E '^(Uid|Gid):' /proc/self/status | tr -s '\\t' ' '");

        var uid = (await RunAsync(user.Name, "id -u")).OutputText.Trim();
        var gid = (await RunAsync(user.Name, "id -g")).OutputText.Trim();
        Assert.Equal(
            $"{user.Name}\n{uid}\n{user.Home} {user.Name} {user.Name}\n{user.Home}\nUid: {uid} {uid} {uid} {uid}\nGid: {gid} {gid} {gid} {gid}\n",
            result.OutputText);
        Assert.NotEqual("0", uid);
    }

    [RootFact]
    public async Task Roots_groups_are_left_behind_and_root_cannot_be_had_back()
    {
        using var user = new TemporaryUser();

        var result = await RunAsync(user.Name, "id -G; exec perl -MPOSIX -e 'POSIX::setuid(0); print $> ? 0 : 1'");

        var lines = result.OutputText.Split('\n');
        Assert.DoesNotContain("0", lines[0].Split(' '));
        Assert.Equal("0", lines[1]);
    }

    [RootFact]
    public async Task A_group_joined_or_left_a_moment_ago_counts_in_the_next_command()
    {
        using var user = new TemporaryUser();
        const string Groups = "id -Gn";
        Assert.DoesNotContain(user.Group, (await RunAsync(user.Name, Groups)).OutputText, StringComparison.Ordinal);

        user.Join();
        Assert.Contains(user.Group, (await RunAsync(user.Name, Groups)).OutputText, StringComparison.Ordinal);

        user.Leave();
        Assert.DoesNotContain(user.Group, (await RunAsync(user.Name, Groups)).OutputText, StringComparison.Ordinal);
    }

    [RootFact]
    public async Task The_users_folder_is_entered_as_the_user()
    {
        using var user = new TemporaryUser();
        using var other = new TemporaryUser();

        var own = await _shell.RunAsync(
            new RemoteCommand { Script = "pwd", User = user.Name, WorkingDirectory = user.Home }, CancellationToken.None);

        Assert.Equal(user.Home, own.OutputText.Trim());
        await Assert.ThrowsAsync<RemoteCommandException>(() => _shell.RunAsync(
            new RemoteCommand { Script = "pwd", User = user.Name, WorkingDirectory = other.Home }, CancellationToken.None));
    }

    [RootFact]
    public async Task Streams_can_be_opened_by_path_as_a_user_too()
    {
        using var user = new TemporaryUser();
        var command = new RemoteCommand
        {
            Script = "cat /dev/stdin >/dev/stdout; echo e >/dev/stderr",
            User = user.Name,
            Input = "text".ToInput(),
        };

        var result = await _shell.RunAsync(command, CancellationToken.None);

        Assert.Equal(("text", "e\n", 0), (result.OutputText, result.ErrorText, result.ExitCode));
    }

    [RootFact]
    public async Task One_users_script_and_input_are_closed_to_another()
    {
        using var user = new TemporaryUser();
        using var other = new TemporaryUser();
        var pidFile = _machine.PathOf("pid");
        await RunAsync(null, $"chmod 711 {_machine.Folder}; touch {pidFile}; chmod 666 {pidFile}");
        using var done = new CancellationTokenSource();
        var running = _shell.RunAsync(
            new RemoteCommand { Script = "echo $$ >\"$1\"; cat", Arguments = [pidFile], User = user.Name, Input = new WaitingStream() }, done.Token);
        await Wait.UntilAsync(() => File.ReadAllText(pidFile).EndsWith('\n'));
        var pid = (await File.ReadAllTextAsync(pidFile)).Trim();

        var spy = await RunAsync(other.Name, $"ls /proc/{pid}/fd; cat /proc/{pid}/environ; cat /proc/{pid}/fd/0");

        Assert.Equal(string.Empty, spy.OutputText);
        await done.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [RootFact]
    public async Task A_user_reads_and_writes_only_what_is_the_users()
    {
        using var user = new TemporaryUser();
        using var other = new TemporaryUser();
        var files = new MachineFiles(_shell);

        await files.WriteAsync(user.Home + "/a", user.Name, "text".ToInput(), new FileWriteOptions("0640"), CancellationToken.None);

        Assert.Equal($"{user.Name} 640", (await RunAsync(null, $"stat -c '%U %a' {user.Home}/a")).OutputText.Trim());
        using var back = new MemoryStream();
        await files.ReadAsync(user.Home + "/a", user.Name, back, CancellationToken.None);
        Assert.Equal("text", Encoding.UTF8.GetString(back.ToArray()));
        await Assert.ThrowsAnyAsync<AgentworksException>(() => files.ReadAsync(user.Home + "/a", other.Name, Stream.Null, CancellationToken.None));
        await Assert.ThrowsAnyAsync<AgentworksException>(() =>
            files.WriteAsync(user.Home + "/b", other.Name, "x".ToInput(), new FileWriteOptions(), CancellationToken.None));
    }

    [RootFact]
    public async Task A_server_that_is_not_root_runs_only_as_itself()
    {
        using var user = new TemporaryUser();
        var operations = user.Home + "/ops";
        await using var shell = new MachineShell(
            new ChannelCommand("/usr/bin/setpriv", ["--reuid", user.Name, "--regid", user.Name, "--clear-groups", "/bin/sh", "-c"])
            {
                MachineName = "own",
                IsLocal = true,
            },
            new ChannelOptions { OperationsFolder = operations });

        var own = await shell.RunAsync(new RemoteCommand { Script = "id -un", User = user.Name, OperationId = "a" }, CancellationToken.None);

        Assert.Equal(user.Name, own.OutputText.Trim());
        await Assert.ThrowsAsync<RemoteCommandException>(() =>
            shell.RunAsync(new RemoteCommand { Script = "id", User = "root" }, CancellationToken.None));
    }

    private Task<RemoteResult> RunAsync(string? user, string script) =>
        _shell.RunAsync(new RemoteCommand { Script = script, User = user }, CancellationToken.None);

    /// <summary>Has nothing to give, yet.</summary>
    private sealed class WaitingStream : MemoryStream
    {
        public override bool CanSeek => false;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return 0;
        }
    }
}
