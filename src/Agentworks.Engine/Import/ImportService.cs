using Agentworks.Config;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Machines;
using Agentworks.Model;
using Agentworks.Platforms;
using Agentworks.Sessions;
using Agentworks.State;
using Agentworks.State.Rows;
using Agentworks.Transport;

namespace Agentworks.Import;

/// <summary>Takes over what the Python tool <c>agw</c> has recorded. Only our own records change: no machine is asked or touched.</summary>
public sealed class ImportService(
    StateStore store, ConfigService config, SessionPlanner sessions, PlatformRegistry platforms, KnownHosts knownHosts)
{
    /// <summary>What importing that database would do.</summary>
    /// <exception cref="StateFileException">It is no database of agw, or of another version than 26.</exception>
    public ImportPlan Plan(string path)
    {
        var legacy = LegacyStateReader.Read(path);
        var settings = config.Load();
        return store.Read(state => new ImportPlanner(state, settings, sessions, legacy).Plan());
    }

    /// <summary>Does it, in one transaction, for what is approved. Importing again adds only what is new.</summary>
    /// <param name="plan">From <see cref="Plan"/>.</param>
    /// <param name="hosts">Whether to record the VM hosts.</param>
    /// <param name="vms">Names of the machines to adopt.</param>
    /// <param name="acceptNewHostKey">Ask machines for host keys that are in none of the operator's known_hosts files.</param>
    /// <param name="events">Receives a warning for each machine whose host key is not known.</param>
    /// <param name="cancellationToken">Cancels between the records and the host keys; importing again goes on.</param>
    public async Task<IReadOnlyList<AgwImport>> ApplyAsync(
        ImportPlan plan, bool hosts, IReadOnlyCollection<string> vms, bool acceptNewHostKey, IEventSink events, CancellationToken cancellationToken)
    {
        var done = store.Write(state => plan.Apply(state, hosts, vms));
        foreach (var vm in plan.Vms.Where(vm => vms.Contains(vm.Name, StringComparer.Ordinal) && knownHosts.Find(vm.Id).Count == 0))
        {
            await PinAsync(vm, acceptNewHostKey, events, cancellationToken).ConfigureAwait(false);
        }

        return done;
    }

    private async Task PinAsync(VmRow vm, bool acceptNew, IEventSink events, CancellationToken cancellationToken)
    {
        var platform = platforms.Get(vm.Platform);
        var asked = vm.ToMachine(store.OwnerTag).Spec;
        if (acceptNew)
        {
            asked = asked with { Options = new Dictionary<string, string>(asked.Options, StringComparer.Ordinal) { ["accept-new"] = "true" } };
        }

        try
        {
            var machine = await platform.CreateAsync(asked, new NoJournal(), events, cancellationToken).ConfigureAwait(false);
            store.Write(state => state.Update(state.GetVm(vm.Id)! with { PlatformData = machine.Data }));
            if (await platform.GetHostKeysAsync(machine, cancellationToken).ConfigureAwait(false) is { } keys)
            {
                await knownHosts.PinAsync(vm.Id, keys, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (AgentworksException e)
        {
            events.Report(new WarningEvent(
                $"VM '{vm.Name}' is imported but cannot be entered yet: {e.Message} Then import again, or import with -AcceptNewHostKey to trust the key that it shows now."));
        }
    }

    private sealed class NoJournal : IResourceJournal
    {
        public Task RecordAsync(string step, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
