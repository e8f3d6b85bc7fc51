using System.Globalization;
using Agentworks.Errors;
using Agentworks.Model;
using Agentworks.State;
using Agentworks.State.Rows;

namespace Agentworks.Tests.StateWorker;

/// <summary>A process that the state tests can start, watch and kill. It says on standard output how far it is.</summary>
public static class Program
{
    public static async Task<int> Main(string[] args)
    {
        try
        {
            using var store = StateStore.Open(args[1], TimeProvider.System);
            switch (args[0])
            {
                case "mixed":
                    Mixed(store, args[2], int.Parse(args[3], CultureInfo.InvariantCulture));
                    break;
                case "lock":
                    using (await store.Locks.AcquireAsync(args[2], args[3], TimeSpan.FromSeconds(30), CancellationToken.None))
                    {
                        StayUntilKilled("held");
                    }

                    break;
                case "journal":
                    var operation = store.Journal.Begin("New-AgwVm", EntityKind.Vm, args[2], args[3], "{}");
                    operation.Record("make the disk");
                    StayUntilKilled(operation.Id);
                    break;
                case "inside":
                    store.Write(writer =>
                    {
                        writer.DeleteVm(writer.FindVm(args[2])!.Id);
                        StayUntilKilled("inside");
                    });
                    break;
                case "small":
                    return FillUp(store);
                case "open":
                    store.Write(writer => writer.FindVm("none"));
                    break;
                default:
                    return 2;
            }

            await Console.Out.WriteLineAsync("done");
            return 0;
        }
        catch (AgentworksException e)
        {
            await Console.Out.WriteLineAsync($"{e.ErrorId}: {e.Recommendation}");
            return 1;
        }
    }

    /// <summary>Counts up a shared row, and makes, uses and removes things of its own.</summary>
    private static void Mixed(StateStore store, string self, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var name = $"a-{self}-{i}";
            switch (i % 5)
            {
                case 0:
                    store.Write(writer =>
                    {
                        var vm = writer.FindVm("shared")!;
                        var total = int.Parse(vm.PlatformData, CultureInfo.InvariantCulture) + 1;
                        writer.Update(vm with { PlatformData = total.ToString(CultureInfo.InvariantCulture) });
                    });
                    break;
                case 1:
                    store.Write(writer => writer.Insert(new AgentRow
                    {
                        Id = name,
                        Name = name,
                        VmId = "shared",
                        State = LifecycleState.Ready,
                        Template = "default",
                        LinuxUser = "agt-" + name,
                    }));
                    break;
                case 2:
                    store.Write(writer => writer.AddGrant(new GrantRow($"a-{self}-{i - 1}", "work", GrantKind.Explicit)));
                    break;
                case 3:
                    var operation = store.Journal.Begin("Test", EntityKind.Agent, name, name, "{}");
                    operation.Record("one");
                    operation.Complete();
                    break;
                default:
                    if (store.Read(reader => reader.ListGrants(agentId: $"a-{self}-{i - 3}")).Count != 1)
                    {
                        throw new InvalidOperationException("A grant that was just made is not there.");
                    }

                    if (i % 10 == 9)
                    {
                        store.Write(writer => writer.DeleteAgent($"a-{self}-{i - 3}"));
                    }

                    break;
            }
        }
    }

    /// <summary>Writes until the disk is full; then whether what was written before is all there.</summary>
    private static int FillUp(StateStore store)
    {
        var vm = new VmRow
        {
            Id = "big", Name = "big", Platform = "nspawn", Template = "default", State = LifecycleState.Ready, DesiredPower = DesiredPower.Running,
            AdminUser = "admin", HostName = "big", WorkspacesPath = "/workspaces", PlatformData = "0",
        };
        store.Write(writer => writer.Insert(vm));
        for (var size = 10_000; ; size += 10_000)
        {
            try
            {
                store.Write(writer => writer.Update(writer.FindVm("big")! with { PlatformData = new string('x', size) }));
            }
            catch (StateWriteException e)
            {
                Console.WriteLine($"{e.ErrorId}: {e.Recommendation}");
                Console.WriteLine(store.Read(reader => reader.FindVm("big"))!.PlatformData.Length == size - 10_000 ? "kept" : "lost");
                return 0;
            }
        }
    }

    private static void StayUntilKilled(string word)
    {
        Console.WriteLine(word);
        Console.In.ReadToEnd();
    }
}
