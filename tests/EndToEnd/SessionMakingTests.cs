using Agentworks.Agents;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Model;
using Agentworks.Sessions;
using Agentworks.Tests.EndToEnd.Support;
using Agentworks.Workspaces;

namespace Agentworks.Tests.EndToEnd;

/// <summary>A session that is made along with its workspace and its agent: all of it or nothing, however the making ends.</summary>
[Collection("machine")]
public sealed class SessionMakingTests(MachineFixture machine)
{
    private static readonly NullEventSink Quiet = NullEventSink.Instance;

    private static NewSession Outfit(string name, string command = "echo began >> began; exec sleep 1000") => new()
    {
        Name = name,
        Workspace = name,
        Agent = name,
        MakeWorkspace = new NewWorkspace { Name = name },
        MakeAgent = new NewAgent { Name = name },
        Command = command,
    };

    [MachineFact]
    public async Task ItRunsInItsOwnWorkspaceAsItsOwnAgentAndTakesThemAlong()
    {
        var session = await MakeAsync(Outfit("fit"));
        Assert.Equal(("fit", "fit", SessionStatus.Running), (session.Workspace, session.Agent, session.Status));
        Assert.True(session is { MadeWorkspace: true, MadeAgent: true });
        await BeganOnceAsync();

        await machine.StartSessionAsync("guest", "fit", null, "exec sleep 1000");
        Assert.Equal(
            [(EntityKind.Agent, (string?)null), (EntityKind.Workspace, "session guest")],
            machine.Engine.SessionMaker.FindBelongings(["fit"]).Select(one => (one.Kind, one.UsedBy)));
        Assert.All(machine.Engine.SessionMaker.FindBelongings(["guest", "fit"]), one => Assert.Null(one.UsedBy));
        await RemoveAllAsync("fit", "guest");
    }

    [MachineFact]
    public async Task AMakingThatIsKilledIsFinishedByTheSameCommandOrRemoved()
    {
        for (var step = 1; await KilledMaker.DiesAsync(machine.Home, step, "outfit", "fit", "echo began >> began; exec sleep 1000"); step++)
        {
            Assert.Contains(machine.Engine.Sessions.List(), session => session.Name == "fit");
            if (step % 2 == 0)
            {
                var session = await MakeAsync(Outfit("fit"));
                Assert.Equal(SessionStatus.Running, session.Status);
                await BeganOnceAsync();
                Assert.Equal(LifecycleState.Ready, machine.Engine.Workspaces.List().Single(workspace => workspace.Name == "fit").State);
                Assert.Equal(LifecycleState.Ready, machine.Engine.Agents.List().Single(agent => agent.Name == "fit").State);
            }

            await RemoveAllAsync("fit");
        }

        await RemoveAllAsync("fit");
    }

    [MachineFact]
    public async Task ACommandThatDiesAtOnceLeavesNothing()
    {
        var died = await Assert.ThrowsAsync<SessionDiedException>(() => MakeAsync(Outfit("fit", "echo told-you-so; exit 7")));
        Assert.Contains("told-you-so", died.Message, StringComparison.Ordinal);
        await NothingIsLeftAsync("fit");
    }

    [MachineFact]
    public async Task AnUndoingThatIsKilledIsFinishedByTheNext()
    {
        // The last part of the making fails, whatever the machine's pace.
        const string Unit = "agentworks-session@fit.service";
        Assert.Equal(0, (await machine.RootAsync($"systemctl mask {Unit}")).ExitCode);
        try
        {
            // The first steps are those of the making.
            for (var step = 6; await KilledMaker.DiesAsync(machine.Home, step, "outfit", "fit", "exec sleep 1000"); step++)
            {
                await Assert.ThrowsAsync<NotReadyException>(() => MakeAsync(Outfit("fit")));
                await NothingIsLeftAsync("fit");
            }

            await NothingIsLeftAsync("fit");
        }
        finally
        {
            Assert.Equal(0, (await machine.RootAsync($"systemctl unmask {Unit}")).ExitCode);
        }
    }

    [MachineFact]
    public async Task CalledOffAnywhereItLeavesNothing()
    {
        for (var step = 1; step <= 7; step++)
        {
            using var stop = new CancellationTokenSource();
            var sink = new StoppingSink(step, stop);
            try
            {
                await machine.Engine.SessionMaker.CreateAsync(Outfit("fit"), sink, stop.Token);

                // Nothing was left to be called off.
                Assert.Equal(7, step);
                await RemoveAllAsync("fit");
            }
            catch (OperationCanceledException)
            {
                await NothingIsLeftAsync("fit");
            }
        }
    }

    [MachineFact]
    public async Task WhatCannotBeMadeIsKnownBeforeAnythingIsDone()
    {
        await machine.Engine.Workspaces.CreateAsync(new NewWorkspace { Name = "taken" }, Quiet, CancellationToken.None);
        await machine.Engine.Agents.CreateAsync(new NewAgent { Name = "busy" }, Quiet, CancellationToken.None);
        try
        {
            var fit = Outfit("fit");
            await RefusedAsync<AlreadyExistsException>(fit with { Workspace = "taken", MakeWorkspace = new NewWorkspace { Name = "taken" } });
            await RefusedAsync<AlreadyExistsException>(fit with { Agent = "busy", MakeAgent = new NewAgent { Name = "busy" } });
            await RefusedAsync<NotFoundException>(fit with { Template = "nowhere" });
            await RefusedAsync<NotFoundException>(fit with { MakeWorkspace = new NewWorkspace { Name = "fit", Vm = "nowhere" } });
            await RefusedAsync<NotFoundException>(fit with { MakeWorkspace = new NewWorkspace { Name = "fit", Template = "nowhere" } });
            await RefusedAsync<NotFoundException>(fit with { MakeAgent = new NewAgent { Name = "fit", Template = "nowhere" } });
            await RefusedAsync<InvalidRequestException>(fit with { MakeWorkspace = new NewWorkspace { Name = "fit", Repository = "-oops" } });
            await RefusedAsync<InvalidRequestException>(fit with { Command = "echo {{sesion_name}}" });
            await RefusedAsync<InvalidNameException>(fit with { Name = "-fit" });

            // One that fails on the machine: what was there before stays.
            await RefusedAsync<RemoteCommandException>(fit with { Agent = "busy", MakeAgent = null, MakeWorkspace = new NewWorkspace { Name = "fit", Repository = "file:///nowhere" } });
            Assert.Contains(machine.Engine.Agents.List(), agent => agent.Name == "busy");
        }
        finally
        {
            await machine.Engine.Agents.RemoveAsync("busy", cascade: true, Quiet, CancellationToken.None);
            await machine.Engine.Workspaces.RemoveAsync("taken", cascade: true, Quiet, CancellationToken.None);
        }
    }

    [MachineFact]
    public async Task WhatWasBegunIsNotFinishedByACommandThatWantsOtherThings()
    {
        Assert.True(await KilledMaker.DiesAsync(machine.Home, 4, "outfit", "fit", "exec sleep 1000"));
        await Assert.ThrowsAsync<NotReadyException>(() => MakeAsync(Outfit("fit") with { Agent = null, MakeAgent = null }));
        await Assert.ThrowsAsync<NotReadyException>(() => MakeAsync(Outfit("fit") with { MakeWorkspace = new NewWorkspace { Name = "fit", Branch = "other" } }));
        await RemoveAllAsync("fit");
    }

    private Task<AgwSession> MakeAsync(NewSession request) => machine.Engine.SessionMaker.CreateAsync(request, new NoWarnings(), CancellationToken.None);

    private async Task BeganOnceAsync()
    {
        var began = string.Empty;
        await Eventually.BecomesAsync(async () => (began = (await machine.RunAsync("cat began", "fit", "fit")).Output).Length > 0, "the command has begun");
        Assert.Equal("began\n", began);
    }

    private async Task RefusedAsync<T>(NewSession request)
        where T : AgentworksException
    {
        await Assert.ThrowsAsync<T>(() => MakeAsync(request));
        await NothingIsLeftAsync("fit");
    }

    /// <summary>As Remove-AgwSession -Cascade does.</summary>
    private async Task RemoveAllAsync(params string[] names)
    {
        var along = machine.Engine.SessionMaker.FindBelongings(names);
        await machine.RemoveSessionsAsync(names);
        foreach (var one in along.Where(one => one.UsedBy is null))
        {
            await (one.Kind == EntityKind.Agent
                ? machine.Engine.Agents.RemoveAsync(one.Name, cascade: false, Quiet, CancellationToken.None)
                : machine.Engine.Workspaces.RemoveAsync(one.Name, cascade: false, Quiet, CancellationToken.None));
        }

        await NothingIsLeftAsync(names[0]);
    }

    private async Task NothingIsLeftAsync(string name)
    {
        Assert.DoesNotContain(machine.Engine.Sessions.List(), session => session.Name == name);
        Assert.DoesNotContain(machine.Engine.Agents.List(), agent => agent.Name == name);
        Assert.DoesNotContain(machine.Engine.Workspaces.List(), workspace => workspace.Name == name);
        var left = await machine.RootAsync($"""
            getent passwd agt-{name} ws-{name}
            getent group agt-{name} ws-{name}
            ls -d /home/agt-{name} /var/lib/agentworks/homes/ws-{name} /etc/agentworks/authorized_keys/agt-{name} 2>/dev/null
            ls -d /run/agentworks/*/{name} /var/lib/agentworks/sessions/{name} /var/log/agentworks/sessions/{name}.log* 2>/dev/null
            ls /opt/agentworks/workspaces | grep -x -e {name} -e .new-ws-{name}
            systemctl list-units --plain --no-legend 'agentworks-session@{name}.service'
            true
            """);
        Assert.Equal(string.Empty, left.Output.Trim());
    }

    /// <summary>What cannot be undone is a warning.</summary>
    private sealed class NoWarnings : IEventSink
    {
        public void Report(EngineEvent engineEvent) => Assert.IsNotType<WarningEvent>(engineEvent);
    }

    /// <summary>Ctrl-C at the n-th step.</summary>
    private sealed class StoppingSink(int step, CancellationTokenSource stop) : IEventSink
    {
        private int _seen;

        public void Report(EngineEvent engineEvent)
        {
            if (engineEvent is JournalEvent && Interlocked.Increment(ref _seen) == step)
            {
                stop.Cancel();
            }
        }
    }
}
