using System.Diagnostics;
using Agentworks.Agents;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Jobs;
using Agentworks.Model;
using Agentworks.Tests.EndToEnd.Support;
using Agentworks.Tests.Shared;
using Agentworks.Workspaces;

namespace Agentworks.Tests.EndToEnd;

/// <summary>Jobs on a real machine: how they begin and end, what is kept of them, and what becomes of them when something goes wrong.</summary>
[Collection("machine")]
public sealed class JobTests(MachineFixture machine) : IAsyncLifetime
{
    private static readonly NullEventSink Quiet = NullEventSink.Instance;

    private JobService Jobs => machine.Engine.Jobs;

    public async Task InitializeAsync()
    {
        if (new MachineFactAttribute().Skip is null)
        {
            await machine.Engine.Workspaces.CreateAsync(new NewWorkspace { Name = "jobs" }, Quiet, CancellationToken.None);
            await machine.Engine.Agents.CreateAsync(new NewAgent { Name = "worker", Workspaces = ["jobs"] }, Quiet, CancellationToken.None);
        }
    }

    public async Task DisposeAsync()
    {
        if (new MachineFactAttribute().Skip is null)
        {
            await machine.Engine.Agents.RemoveAsync("worker", cascade: true, Quiet, CancellationToken.None);
            await machine.Engine.Workspaces.RemoveAsync("jobs", cascade: true, Quiet, CancellationToken.None);
        }
    }

    private async Task<AgwJob> StartAsync(NewJob job) => (await Outcomes.DrainAsync(Jobs.StartAsync([job], Quiet, CancellationToken.None))).Single();

    private Task<AgwJob> StartAsync(string command) => StartAsync(new NewJob { Workspace = "jobs", Command = command });

    private async Task<AgwJob> WaitAsync(AgwJob job) => (await Outcomes.DrainAsync(Jobs.WaitAsync([job], any: false, TimeSpan.FromMinutes(2), CancellationToken.None))).Single();

    private async Task<AgwJob> ObserveAsync(AgwJob job)
    {
        await foreach (var seen in Jobs.ObserveAsync([job], CancellationToken.None))
        {
            return seen;
        }

        throw new InvalidOperationException("The job was not seen.");
    }

    private async Task<IReadOnlyList<JobLine>> LinesAsync(AgwJob job, ReadJob how) => await Outcomes.DrainAsync(Jobs.ReadAsync([job], how, CancellationToken.None));

    private async Task<AgwJobOutput> BytesAsync(AgwJob job) => (await Outcomes.DrainAsync(Jobs.ReadBytesAsync([job], new ReadJob { All = true }, CancellationToken.None))).Single();

    private Task RemoveAsync(params AgwJob[] jobs) => Outcomes.DrainAsync(Jobs.RemoveAsync([.. jobs.Select(job => job.Name)], force: true, Quiet, CancellationToken.None));

    [MachineFact]
    public async Task AJobRunsAsTheWorkspacesUserAndItsEndAndOutputStay()
    {
        var job = await StartAsync("id -un; pwd; echo $AGENTWORKS_WORKSPACE $AGENTWORKS_JOB; echo bad >&2; exit 3");
        Assert.Equal((JobState.Running, "jobs", MachineFixture.Vm), (job.State, job.Workspace, job.Vm));
        var ended = await WaitAsync(job);
        Assert.Equal((JobState.Failed, 3, null, job.ProcessId), (ended.State, ended.ExitCode, ended.Signal, ended.ProcessId));
        Assert.True(ended.HasMoreData);
        Assert.InRange(ended.Duration!.Value, TimeSpan.Zero, TimeSpan.FromSeconds(30));
        var output = await BytesAsync(job);
        Assert.Equal($"ws-jobs\n/opt/agentworks/workspaces/jobs\njobs {job.Name}\n", output.Output);
        Assert.Equal("bad\n", output.ErrorOutput);
        Assert.Equal(ended, await ObserveAsync(job));
        await RemoveAsync(job);
        Assert.Empty(Jobs.List());
        await Eventually.BecomesAsync(
            async () => (await machine.RootAsync("ls /var/lib/agentworks/jobs; systemctl list-units --all --no-legend --plain 'agentworks-jobs-*'; ls /run/agentworks/jobs | grep -v supervisor")).Output.Length == 0,
            "nothing of it is left");
    }

    [MachineFact]
    public async Task AJobOfAnAgentRunsAsItInAFolderOfTheWorkspace()
    {
        await machine.RunAsync("mkdir -p src/deep", workspace: "jobs");
        var job = await StartAsync(new NewJob { Workspace = "jobs", Agent = "worker", Command = "id -un; pwd; echo $A", WorkingDirectory = "src/../src/deep", Environment = new Dictionary<string, string> { ["A"] = "b c" } });
        Assert.Equal(JobState.Completed, (await WaitAsync(job)).State);
        Assert.Equal("agt-worker\n/opt/agentworks/workspaces/jobs/src/deep\nb c\n", (await BytesAsync(job)).Output);
        await RemoveAsync(job);
    }

    [MachineFact]
    public async Task WhatCannotBeStartedIsAnErrorAndLeavesNothing()
    {
        await Assert.ThrowsAsync<InvalidRequestException>(() => StartAsync(new NewJob { Workspace = "jobs", Command = "true", WorkingDirectory = "../other" }));
        await Assert.ThrowsAsync<JobNotStartedException>(() => StartAsync(new NewJob { Workspace = "jobs", Command = "true", WorkingDirectory = "none" }));
        await Assert.ThrowsAsync<NotFoundException>(() => StartAsync(new NewJob { Workspace = "nowhere", Command = "true" }));
        Assert.Empty(Jobs.List());
        Assert.Equal(string.Empty, (await machine.RootAsync("ls /var/lib/agentworks/jobs")).Output);
    }

    [MachineFact]
    public async Task OutputIsReceivedOnceAndFollowedLiveInOrder()
    {
        var job = await StartAsync("echo one; echo two >&2; printf part; while [ ! -e go ]; do sleep 0.02; done; echo ial; echo three; printf end");
        await Eventually.BecomesAsync(async () => (await ObserveAsync(job)) is { OutputLength: 8, ErrorLength: 4 }, "all of it is there");
        var first = await LinesAsync(job, new ReadJob());
        Assert.Equal(["one", "two"], first.Select(line => line.Text).Order());
        Assert.Equal(["two"], first.Where(line => line.IsError).Select(line => line.Text));
        Jobs.MarkReceived(new Dictionary<string, (long, long)> { [job.Id] = (first[^1].Output, first[^1].Error) });

        // The unfinished line is given when it is whole.
        Assert.Empty(await LinesAsync(job, new ReadJob()));
        var following = LinesAsync(job, new ReadJob { Follow = true });
        await machine.RunAsync("touch go", workspace: "jobs");
        var rest = await following;
        Assert.Equal(["partial", "three", "end"], rest.Select(line => line.Text));
        Jobs.MarkReceived(new Dictionary<string, (long, long)> { [job.Id] = (rest[^1].Output, rest[^1].Error) });
        Assert.False((await ObserveAsync(job)).HasMoreData);
        Assert.Equal(["three", "end"], (await LinesAsync(job, new ReadJob { All = true, Tail = 2 })).Select(line => line.Text));
        await machine.RunAsync("rm go", workspace: "jobs");
        await RemoveAsync(job);
    }

    [MachineFact]
    public async Task AStoppedJobTakesItsChildrenAlongAlsoThoseOfASessionOfTheirOwn()
    {
        var job = await StartAsync("setsid sleep 31415 & sleep 31415 & trap '' TERM; echo ready; while :; do sleep 0.05; done");
        await Eventually.BecomesAsync(async () => (await ObserveAsync(job)).OutputLength > 0, "it is ready");
        var stopped = (await Outcomes.DrainAsync(Jobs.StopAsync([job.Name], new StopJob(15, TimeSpan.FromMilliseconds(300)), Quiet, CancellationToken.None))).Single();
        Assert.Equal((JobState.Stopped, "KILL", 137), (stopped.State, stopped.Signal, stopped.ExitCode));
        Assert.Equal("0\n", (await machine.RunAsync("pgrep -c -f 'sleep 31415'")).Output);
        await RemoveAsync(job);
    }

    [MachineFact]
    public async Task AnySignalReachesAJob()
    {
        var job = await StartAsync("trap 'echo hup' HUP; trap 'exit 7' USR1; echo ready; while :; do sleep 0.02; done");
        await Eventually.BecomesAsync(async () => (await ObserveAsync(job)).OutputLength == 6, "it is ready");
        await Outcomes.DrainAsync(Jobs.StopAsync([job.Name], new StopJob(1, null), Quiet, CancellationToken.None));
        await Eventually.BecomesAsync(async () => (await ObserveAsync(job)).OutputLength == 10, "it has heard");
        Assert.Equal(JobState.Running, (await ObserveAsync(job)).State);
        await Outcomes.DrainAsync(Jobs.StopAsync([job.Name], new StopJob(10, null), Quiet, CancellationToken.None));
        Assert.Equal((JobState.Failed, 7), (await WaitAsync(job) is var ended ? (ended.State, ended.ExitCode) : default));
        await RemoveAsync(job);
    }

    [MachineFact]
    public async Task AJobWhoseTimeIsUpFails()
    {
        var job = await StartAsync(new NewJob { Workspace = "jobs", Command = "exec sleep 1000", Timeout = TimeSpan.FromMilliseconds(200) });
        Assert.Equal((JobState.Failed, true, "TERM"), (await WaitAsync(job) is var ended ? (ended.State, ended.TimedOut, ended.Signal) : default));
        await RemoveAsync(job);
    }

    [MachineFact]
    public async Task ARunningJobKeepsItsWorkspaceAndGoesWithIt()
    {
        await machine.Engine.Workspaces.CreateAsync(new NewWorkspace { Name = "short" }, Quiet, CancellationToken.None);
        var job = await StartAsync(new NewJob { Workspace = "short", Command = "sleep 27182" });
        await Assert.ThrowsAsync<NotReadyException>(() => Outcomes.DrainAsync(Jobs.RemoveAsync([job.Name], force: false, Quiet, CancellationToken.None)));
        await Assert.ThrowsAsync<HasDependentsException>(() => machine.Engine.Workspaces.RemoveAsync("short", cascade: false, Quiet, CancellationToken.None));
        Assert.Equal(JobState.Running, (await ObserveAsync(job)).State);
        await machine.Engine.Workspaces.RemoveAsync("short", cascade: true, Quiet, CancellationToken.None);
        Assert.Empty(Jobs.List());
        Assert.Equal("0\n", (await machine.RunAsync("pgrep -c -f 'sleep 27182'")).Output);
        Assert.Equal(string.Empty, (await machine.RootAsync("ls /var/lib/agentworks/jobs")).Output);
    }

    [MachineFact]
    public async Task HundredsBeginAndEndTogether()
    {
        var watch = Stopwatch.StartNew();
        var jobs = await Outcomes.DrainAsync(Jobs.StartAsync([.. Enumerable.Range(1, 300).Select(n => new NewJob { Workspace = "jobs", Command = $"echo {n}; exit {n % 2}" })], Quiet, CancellationToken.None));
        var started = watch.Elapsed;
        Assert.Equal(300, jobs.Select(job => job.Name).Distinct().Count());
        var ended = await Outcomes.DrainAsync(Jobs.WaitAsync(jobs, any: false, TimeSpan.FromMinutes(2), CancellationToken.None));
        Assert.Equal(300, ended.Count);
        Assert.Equal(150, ended.Count(job => job.State == JobState.Completed));
        Assert.Equal(150, ended.Count(job => job is { State: JobState.Failed, ExitCode: 1 }));
        var waited = watch.Elapsed;
        var seen = 0;
        await foreach (var job in Jobs.ObserveAsync(jobs, CancellationToken.None))
        {
            seen += job.OutputLength > 0 ? 1 : 0;
        }

        Assert.Equal(300, seen);
        var observed = watch.Elapsed;
        var lines = await Outcomes.DrainAsync(Jobs.ReadAsync(jobs, new ReadJob(), CancellationToken.None));
        Assert.Equal(Enumerable.Range(1, 300).Sum(), lines.Sum(line => int.Parse(line.Text, System.Globalization.CultureInfo.InvariantCulture)));
        var read = watch.Elapsed;
        await RemoveAsync([.. jobs]);
        Console.WriteLine($"300 jobs: start {started}, wait {waited - started}, status {observed - waited}, read {read - observed}, remove {watch.Elapsed - read}");
    }

    [MachineFact]
    public async Task TheFirstToEndIsEnough()
    {
        var jobs = await Outcomes.DrainAsync(Jobs.StartAsync(
            [new NewJob { Workspace = "jobs", Command = "sleep 1000" }, new NewJob { Workspace = "jobs", Command = "true" }], Quiet, CancellationToken.None));
        var first = await Outcomes.DrainAsync(Jobs.WaitAsync(jobs, any: true, TimeSpan.FromMinutes(1), CancellationToken.None));
        Assert.Equal([jobs[1].Name], first.Select(job => job.Name));
        Assert.Empty(await Outcomes.DrainAsync(Jobs.WaitAsync([jobs[0]], any: false, TimeSpan.FromMilliseconds(100), CancellationToken.None)));
        await RemoveAsync([.. jobs]);
    }

    [MachineFact]
    public async Task OfTooMuchOutputTheMachineKeepsHeadAndTail()
    {
        const long limit = 1 << 20;
        var job = await StartAsync(new NewJob { Workspace = "jobs", Command = "echo first; head -c 1073741824 /dev/zero | tr '\\0' x; echo; echo last; echo done >&2", MaxOutputBytes = limit });
        var ended = await WaitAsync(job);
        Assert.Equal((JobState.Completed, (1L << 30) + 12, 5, true), (ended.State, ended.OutputLength, ended.ErrorLength, ended.Truncated));
        var kept = await BytesAsync(job);
        Assert.StartsWith("first\nxxx", kept.Output, StringComparison.Ordinal);
        Assert.EndsWith("xxx\nlast\n", kept.Output, StringComparison.Ordinal);
        Assert.Equal("done\n", kept.ErrorOutput);
        Assert.Equal(ended.OutputLength, kept.OutputBytes.Length + kept.DroppedOutputLength);
        Assert.Equal(ended.DroppedLength, kept.DroppedOutputLength + kept.DroppedErrorLength);
        Assert.InRange(kept.OutputBytes.Length, limit / 2, limit);
        Assert.InRange(long.Parse((await machine.RootAsync($"du -sb /var/lib/agentworks/jobs/{job.Id} | cut -f1")).Output, System.Globalization.CultureInfo.InvariantCulture), limit / 2, limit + 8192);

        // In lines, what is missing is said where it is missing.
        var lines = await LinesAsync(job, new ReadJob());
        Assert.Equal("first", lines[0].Text);
        Assert.Equal(kept.DroppedOutputLength, Assert.Single(lines, line => line.Dropped > 0).Dropped);
        Assert.Equal("last", lines.Last(line => !line.IsError).Text);
        Assert.Equal("done", lines.Single(line => line is { IsError: true, Dropped: 0 }).Text);
        await RemoveAsync(job);
    }

    [MachineFact]
    public async Task RandomBytesComeBackAsTheyWere()
    {
        var job = await StartAsync("head -c 3000000 /dev/urandom > random; cat random; printf '\\377\\376\\0\\200' >&2");
        await WaitAsync(job);
        var output = await BytesAsync(job);
        Assert.Equal([0xff, 0xfe, 0, 0x80], output.ErrorBytes.ToArray());
        Assert.Equal(Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(output.OutputBytes.Span)).ToLowerInvariant(),
            (await machine.RunAsync("sha256sum random", workspace: "jobs")).Output.Split(' ')[0]);
        await RemoveAsync(job);
    }

    [MachineFact]
    public async Task AJobWhoseSupervisorWasKilledIsLostAndNothingOfItRuns()
    {
        var job = await StartAsync("echo said; setsid sleep 16180");
        await Eventually.BecomesAsync(async () => (await ObserveAsync(job)).OutputLength == 5, "it has said something");
        var waiting = WaitAsync(job);
        await machine.RootAsync("pkill -9 -x agentworks-jobs || pkill -9 -f ^agentworks-jobs");
        Assert.Equal(JobState.Lost, (await waiting).State);
        Assert.Equal((JobState.Lost, null), (await ObserveAsync(job) is var seen ? (seen.State, seen.ExitCode) : default));
        Assert.Equal("said\n", (await BytesAsync(job)).Output);
        await Eventually.BecomesAsync(async () => (await machine.RunAsync("pgrep -c -f 'sleep 16180'")).Output == "0\n", "nothing of it runs");
        await RemoveAsync(job);
    }

    [MachineFact]
    public async Task ARestartOfTheMachineLosesWhatRanAndKeepsWhatHadEnded()
    {
        var ended = await StartAsync("echo kept; exit 4");
        await WaitAsync(ended);
        var running = await StartAsync("echo said; exec sleep 1000");
        await Eventually.BecomesAsync(async () => (await ObserveAsync(running)).OutputLength == 5, "it has said something");
        await machine.Engine.Vms.RestartAsync(MachineFixture.Vm, TimeSpan.FromSeconds(20), Quiet, CancellationToken.None);
        Assert.Equal((JobState.Failed, 4), (await ObserveAsync(ended) is var one ? (one.State, one.ExitCode) : default));
        Assert.Equal((JobState.Lost, null), (await WaitAsync(running) is var other ? (other.State, other.ExitCode) : default));
        Assert.NotNull((await ObserveAsync(running)).Message);
        Assert.Equal("kept\n", (await BytesAsync(ended)).Output);
        Assert.Equal("said\n", (await BytesAsync(running)).Output);
        await RemoveAsync(ended, running);
    }

    [MachineFact]
    public async Task AStarterThatIsKilledAnywhereLeavesAJobThatIsKnownOrNone()
    {
        for (var step = 1; await KilledMaker.DiesAsync(machine.Home, step, "job", "crash", "jobs"); step++)
        {
            await ConvergesAsync();
        }

        await ConvergesAsync();
    }

    [MachineFact]
    public async Task ARemoverThatIsKilledAnywhereIsFinishedByTheNext()
    {
        var died = true;
        for (var step = 1; died; step++)
        {
            await StartAsync(new NewJob { Name = "gone", Workspace = "jobs", Command = "sleep 1000" });
            died = await KilledMaker.DiesAsync(machine.Home, step, "unjob", "gone");
            await Outcomes.DrainAsync(Jobs.RemoveAsync([.. Jobs.List().Select(job => job.Name)], force: true, Quiet, CancellationToken.None));
            await NothingIsLeftAsync();
        }
    }

    [MachineFact]
    public async Task AJobIsNeverStartedTwiceWhereTheConnectionBreaks()
    {
        for (var frame = 1; frame <= 10; frame++)
        {
            var once = Path.Combine(machine.Home, "cut-once");
            await File.WriteAllTextAsync(once, string.Empty);
            var host = Path.Combine(AppContext.BaseDirectory, "Agentworks.Tests.CrashHost.dll");
            var number = frame.ToString(System.Globalization.CultureInfo.InvariantCulture);
            await using var engine = AgentworksEngine.Open(TestOptions.For(machine.Home) with
            {
                Connect = command => command with { FileName = "dotnet", Arguments = ["exec", host, "cut", number, once, command.FileName, .. command.Arguments] },
            });
            try
            {
                var job = (await Outcomes.DrainAsync(engine.Jobs.StartAsync(
                    [new NewJob { Workspace = "jobs", Command = "echo began >> began; exec sleep 1000" }], Quiet, CancellationToken.None))).Single();
                Assert.Equal(JobState.Running, (await ObserveAsync(job)).State);
            }
            catch (ConnectionFailedException)
            {
                // It says that nothing was started.
                Assert.Empty(Jobs.List());
            }

            await ConvergesAsync();
        }
    }

    [MachineFact]
    public async Task AFollowerGoesOnWhereItsConnectionBroke()
    {
        var job = await StartAsync("seq 1 20000; while [ ! -e go ]; do sleep 0.02; done; seq 20001 40000");
        var once = Path.Combine(machine.Home, "cut-once");
        await File.WriteAllTextAsync(once, string.Empty);
        var host = Path.Combine(AppContext.BaseDirectory, "Agentworks.Tests.CrashHost.dll");
        await using var engine = AgentworksEngine.Open(TestOptions.For(machine.Home) with
        {
            Connect = command => command with { FileName = "dotnet", Arguments = ["exec", host, "cut", "4", once, command.FileName, .. command.Arguments] },
        });
        var following = Outcomes.DrainAsync(engine.Jobs.ReadAsync([job], new ReadJob { Follow = true }, CancellationToken.None));
        await machine.RunAsync("touch go", workspace: "jobs");
        Assert.Equal(Enumerable.Range(1, 40000), (await following).Select(line => int.Parse(line.Text, System.Globalization.CultureInfo.InvariantCulture)));
        await machine.RunAsync("rm go", workspace: "jobs");
        await RemoveAsync(job);
    }

    [MachineFact]
    public async Task NoSecretOfAJobIsOnADiskOrInAnArgument()
    {
        const string canary = "canary-0f1e2d3c";
        var job = await StartAsync(new NewJob
        {
            Workspace = "jobs",
            Command = "printf %s \"$S\" | wc -c; exec sleep 1000",
            Secrets = new Dictionary<string, string> { ["S"] = canary },
            Environment = new Dictionary<string, string> { ["P"] = "plain" },
        });
        await Eventually.BecomesAsync(async () => (await ObserveAsync(job)).OutputLength > 0, "it has counted");
        Assert.Equal("15\n", (await BytesAsync(job)).Output);
        Assert.Equal(string.Empty, (await machine.RootAsync("grep -rl canary-0f1e[2]d3c /var/lib/agentworks /run/agentworks /etc /tmp 2>/dev/null; ps -eo args | grep 'canary-0f1e[2]'")).Output);
        Assert.Empty(await HomeSearch.FilesWithAsync(machine.Home, canary));
        await RemoveAsync(job);
    }

    // A killed process that nobody has waited for yet is gone.
    private async Task NothingIsLeftAsync()
    {
        var left = await machine.RootAsync("ls /var/lib/agentworks/jobs; pgrep -r D,R,S,T -u ws-jobs sleep; [ $? = 1 ]");
        Assert.Equal((0, string.Empty), (left.ExitCode, left.Output));
    }

    /// <summary>Whatever is recorded of it now, it began once or not at all, and a removal leaves nothing.</summary>
    private async Task ConvergesAsync()
    {
        var jobs = Jobs.List();
        var states = new List<JobState>();
        await foreach (var job in Jobs.ObserveAsync(jobs, CancellationToken.None))
        {
            states.Add(job.State);
        }

        Assert.DoesNotContain(JobState.Unknown, states);
        if (states.Contains(JobState.Running))
        {
            await Eventually.BecomesAsync(async () => (await machine.RunAsync("test -s began", workspace: "jobs")).ExitCode == 0, "the command has begun");
            Assert.Equal("began\n", (await machine.RunAsync("cat began", workspace: "jobs")).Output);
        }

        await Outcomes.DrainAsync(Jobs.RemoveAsync([.. jobs.Select(job => job.Name)], force: true, Quiet, CancellationToken.None));
        Assert.Empty(Jobs.List());
        await machine.RunAsync("rm -f began", workspace: "jobs");
        await NothingIsLeftAsync();
    }
}
