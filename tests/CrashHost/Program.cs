// A program for tests. Makes one thing and dies, as by kill -9, right after a given step of its journal became durable. Exit status 0: it was made.
using Agentworks.Config;
using System.Globalization;
using Agentworks;
using Agentworks.Agents;
using Agentworks.Backups;
using Agentworks.Dedicated;
using Agentworks.Errors;
using Agentworks.Jobs;
using Agentworks.Git.Work;
using Agentworks.Network;
using Agentworks.Preparing;
using Agentworks.Sessions;
using Agentworks.Snapshots;
using Agentworks.Tests.CrashHost;
using Agentworks.Vms;
using Agentworks.Workspaces;

// As a connection's wrapper: cut <frames> <file that the first takes away> <program> <arguments>…
if (args is ["cut", var frames, var once, .. var command])
{
    // The first connection breaks; those that settle the outcome do not.
    var first = File.Exists(once);
    File.Delete(once);
    return await new CutPipe(first ? int.Parse(frames, CultureInfo.InvariantCulture) : int.MaxValue).RunAsync(command);
}

var (home, kind, name) = (args[0], args[1], args[2]);

// The step, and after a plus sign how many milliseconds later.
var when = args[3].Split('+');
var sink = new DyingSink(int.Parse(when[0], CultureInfo.InvariantCulture), TimeSpan.FromMilliseconds(when.Length > 1 ? int.Parse(when[1], CultureInfo.InvariantCulture) : 0));
await using var engine = AgentworksEngine.Open(new EngineOptions { Home = home, Limits = LimitsSection.None });
switch (kind)
{
    case "vm":
        await engine.Vms.CreateAsync(new NewVm { Name = name, Platform = "nspawn", DiskGiB = 2 }, sink, CancellationToken.None);
        break;
    case "workspace":
        await engine.Workspaces.CreateAsync(new NewWorkspace { Name = name }, sink, CancellationToken.None);
        break;
    case "dedicated":
        await engine.Dedicated.CreateAsync(new NewDedicatedWorkspace { Name = name, Platform = "nspawn", DiskGiB = 2, MemoryMiB = 300 }, sink, CancellationToken.None);
        break;
    case "dedicated-remove":
        await engine.Workspaces.RemoveAsync(name, cascade: true, sink, CancellationToken.None);
        break;
    case "disk-snapshot":
        await engine.Snapshots.CreateAsync(new NewSnapshot { Workspace = name, Name = args[4] }, sink, CancellationToken.None);
        break;
    case "disk-restore":
        await engine.Snapshots.RestoreAsync(new RestoreSnapshot { Workspace = name, Name = args[4], Stop = TimeSpan.Zero }, sink, CancellationToken.None);
        break;
    case "disk-fork":
        await engine.Forks.ForkAsync(new ForkWorkspace(args[4], [name], args.Length > 5 ? args[5] : null), sink, CancellationToken.None);
        break;
    case "pool":
        await engine.Pools.SetAsync(new NewWorkspacePool { Count = int.Parse(args[4], CultureInfo.InvariantCulture), Platform = "nspawn", DiskGiB = 2, MemoryMiB = 300 }, sink, CancellationToken.None);
        break;
    case "network":
        // args[4] is "closed", "open", or what is allowed.
        await engine.NetworkPolicies.SetAsync(
            new SetNetworkPolicy { Workspace = name, AllowInternet = args[4] != "closed", AllowedHosts = args[4] is "closed" or "open" ? [] : args[4].Split(',') }, sink, CancellationToken.None);
        break;
    case "copy":
        await engine.WorkspaceCopier.CopyAsync(new CopyWorkspace(args[4], name, args[5]), sink, CancellationToken.None);
        break;
    case "snapshot":
        await engine.Snapshots.CreateAsync(new NewSnapshot { Workspace = name, Name = args[4] }, sink, CancellationToken.None);
        break;
    case "restore-snapshot":
        await engine.Snapshots.RestoreAsync(new RestoreSnapshot { Workspace = name, Name = args[4] }, sink, CancellationToken.None);
        break;
    case "remove-snapshot":
        await engine.Snapshots.RemoveAsync(name, args[4], sink, CancellationToken.None);
        break;
    case "fork":
        await engine.Forks.ForkAsync(new ForkWorkspace(name, args[5..], args[4]), sink, CancellationToken.None);
        break;
    case "move":
        await engine.WorkspaceMover.MoveAsync(
            new MoveWorkspace { Name = name, Path = args[4].StartsWith('/') ? args[4] : null, Vm = args[4].StartsWith('/') ? null : args[4] }, sink, CancellationToken.None);
        break;
    case "agent":
        await engine.Agents.CreateAsync(new NewAgent { Name = name, Workspaces = [args[4]] }, sink, CancellationToken.None);
        break;
    case "session":
        await engine.Sessions.CreateAsync(
            new NewSession { Name = name, Workspace = args[4], Agent = args[5], Command = "echo began >> began; exec sleep 1000" }, sink, CancellationToken.None);
        break;
    case "job":
        await foreach (var outcome in engine.Jobs.StartAsync(
            [new NewJob { Name = name, Workspace = args[4], Command = "echo began >> began; exec sleep 1000" }], sink, CancellationToken.None))
        {
            _ = outcome.Value ?? throw outcome.Error!;
        }

        break;
    case "unjob":
        await foreach (var outcome in engine.Jobs.RemoveAsync([name], force: true, sink, CancellationToken.None))
        {
            _ = outcome.Value ?? throw outcome.Error!;
        }

        break;
    case "outfit":
        // A session with its workspace and its agent; args[4] is its command. That it cannot be made is an end as well.
        try
        {
            await engine.SessionMaker.CreateAsync(
                new NewSession
                {
                    Name = name,
                    Workspace = name,
                    Agent = name,
                    MakeWorkspace = new NewWorkspace { Name = name },
                    MakeAgent = new NewAgent { Name = name },
                    Command = args[4],
                },
                sink,
                CancellationToken.None);
        }
        catch (NotReadyException)
        {
            return 0;
        }

        break;
    case "backup":
        await engine.Backups.CreateAsync(new BackupVm(name, args[4]), sink, CancellationToken.None);
        break;
    case "restore":
        await engine.Restores.RestoreAsync(new RestoreVm { Path = args[4], Vm = name, NamePrefix = "k-" }, sink, CancellationToken.None);
        break;
    case "merge":
        await engine.Merges.MergeAsync(new MergeWorkspaces { Into = name, Sources = args[4..] }, sink, CancellationToken.None);
        break;
    case "prepare":
        await engine.Preparations.PrepareAsync(
            new PrepareWorkspace { Workspace = new NewWorkspace { Name = name, Repository = args[4] }, SetupCommands = args[5..] }, sink, CancellationToken.None);
        break;
    default:
        throw new InvalidOperationException($"There is no kind {kind}.");
}

return 0;
