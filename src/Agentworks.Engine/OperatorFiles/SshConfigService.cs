using System.Text;
using Agentworks.Config;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Machines;
using Agentworks.Model;
using Agentworks.Ports;
using Agentworks.State;

namespace Agentworks.OperatorFiles;

/// <summary>
/// The machines in the operator's ssh configuration: a file of ours that theirs includes, or a marked section in theirs. Made once on
/// request, and kept up to date from then on. Windows paths are said as ssh there reads them, which could not be tried here.
/// </summary>
public sealed class SshConfigService(
    StateStore store, ConfigService config, MachineConnections machines, OperatorKeys keys, string knownHostsFile, IProcessRunner processes, string userHome)
{
    private const string FileName = "agentworks.conf";

    /// <summary>Writes the aliases of all machines that can be entered, and has ssh read them.</summary>
    /// <param name="replaceForeign">Also when the file belongs to another tool or another folder of Agentworks.</param>
    /// <param name="events">Told of machines that ssh cannot reach.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="AlreadyExistsException">It belongs to another, and <paramref name="replaceForeign"/> is false.</exception>
    /// <exception cref="StateWriteException">A file cannot be written.</exception>
    public async Task<AgwSshConfig> UpdateAsync(bool replaceForeign, IEventSink events, CancellationToken cancellationToken)
    {
        using var held = await store.Locks.AcquireAsync("file", "ssh_config", TimeSpan.FromMinutes(1), cancellationToken).ConfigureAwait(false);
        var place = Place.Of(config.Load().Operator);
        var hosts = Hosts(events);
        var body = hosts.Count == 0 ? null : Head + new SshConfigText(keys.IdentityFile, knownHostsFile, userHome).Render(hosts);
        var own = new OperatorFile(place.Own, processes);
        if (!replaceForeign && (IsForeignFile(own.Read()) || IsForeignSection(Theirs(place).Read())))
        {
            throw new AlreadyExistsException("ssh configuration of another tool or another folder of Agentworks:", place.Target)
            {
                Target = place.Target,
                Recommendation = "Update-AgwSshConfig -Force replaces it; or set ssh_config in [operator] of config.toml.",
            };
        }

        var changed = place.Sections
            ? await WriteSectionAsync(place, own, body, cancellationToken).ConfigureAwait(false)
            : await WriteFileAsync(place, own, body, cancellationToken).ConfigureAwait(false);
        return new AgwSshConfig { Path = place.Target, SshConfig = place.Theirs, Changed = changed, Aliases = Aliases(hosts) };
    }

    /// <summary>What <see cref="UpdateAsync"/> would write about; nothing is written.</summary>
    public AgwSshConfig Plan()
    {
        var place = Place.Of(config.Load().Operator);
        return new AgwSshConfig { Path = place.Target, SshConfig = place.Theirs, Changed = false, Aliases = Aliases(Hosts(NullEventSink.Instance)) };
    }

    /// <summary>Brings up to date what <see cref="UpdateAsync"/> once made; a failure is only a warning.</summary>
    public async Task RefreshAsync(IEventSink events, CancellationToken cancellationToken)
    {
        try
        {
            if (IsWanted())
            {
                await UpdateAsync(replaceForeign: false, NullEventSink.Instance, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is AgentworksException or IOException or UnauthorizedAccessException)
        {
            events.Report(new WarningEvent($"ssh's configuration is not up to date: {e.Message} Run: Update-AgwSshConfig"));
        }
    }

    /// <summary>Whether the operator asked for it before: our file, our line or our section is there, and belongs to no other folder.</summary>
    public bool IsWanted()
    {
        var place = Place.Of(config.Load().Operator);
        var own = new OperatorFile(place.Own, processes).Read();
        var theirs = Theirs(place).Read();
        return !IsForeignFile(own) && !IsForeignSection(theirs)
            && (own is not null || (theirs is not null && (SshConfigEdit.HasSection(theirs) || SshConfigEdit.Includes(theirs, place.Own, userHome, byName: true))));
    }

    /// <summary>The alias of a machine.</summary>
    public string AliasOf(string vm) => config.Load().Operator.SshHostPrefix + vm;

    // The first line of what we write says whose it is.
    private string Tag => $"# Agentworks {store.OwnerTag}.";

    private string Head => $"{Tag} Changes here are lost: Update-AgwSshConfig writes it again.\n";

    // The command line tool agw gives its file the same name.
    private bool IsForeignFile(byte[]? content) => content is { Length: > 0 } && !Text(content).StartsWith(Tag, StringComparison.Ordinal);

    private bool IsForeignSection(byte[]? content) =>
        content is not null && SshConfigEdit.HasSection(content) && !Text(content).Contains('\n' + Tag, StringComparison.Ordinal);

    private static string Text(byte[] content) => Encoding.Latin1.GetString(content);

    private async Task<bool> WriteFileAsync(Place place, OperatorFile own, string? body, CancellationToken cancellationToken)
    {
        var theirs = Theirs(place);
        var changed = body is null ? own.Delete() : await own.WriteAsync(Encoding.UTF8.GetBytes(body), cancellationToken).ConfigureAwait(false);

        // A section of ours from when ssh_config_dir was false would be met first.
        var before = theirs.Read();
        var after = SshConfigEdit.Include(SshConfigEdit.Section(before ?? [], null), place.Own, userHome);
        return await theirs.WriteAsync(after, cancellationToken).ConfigureAwait(false) || changed;
    }

    private async Task<bool> WriteSectionAsync(Place place, OperatorFile own, string? body, CancellationToken cancellationToken)
    {
        var theirs = Theirs(place);
        var before = theirs.Read();
        var after = SshConfigEdit.Section(before ?? [], body);
        var changed = (before is not null || after.Length > 0) && await theirs.WriteAsync(after, cancellationToken).ConfigureAwait(false);
        return own.Delete() || changed;
    }

    private OperatorFile Theirs(Place place) => new(place.Theirs, processes);

    private List<SshConfigHost> Hosts(IEventSink events)
    {
        var prefix = config.Load().Operator.SshHostPrefix;
        var (vms, pooled, agents) = store.Read(state => (
            state.ListVms(), state.ListPoolMembers().Select(member => member.VmId).ToHashSet(StringComparer.Ordinal), state.ListAgents().ToLookup(agent => agent.VmId, StringComparer.Ordinal)));
        var hosts = new List<SshConfigHost>();
        foreach (var vm in vms.Where(vm => !pooled.Contains(vm.Id) && vm.State is LifecycleState.Ready or LifecycleState.Partial or LifecycleState.Failed))
        {
            try
            {
                var users = agents[vm.Id].Where(agent => agent.State is LifecycleState.Ready or LifecycleState.Partial).Select(agent => (agent.Name, agent.LinuxUser));
                hosts.Add(new SshConfigHost(prefix + vm.Name, vm.Name, vm.AdminUser, machines.Endpoint(vm), [.. users]));
            }
            catch (AgentworksException e)
            {
                events.Report(new WarningEvent($"VM '{vm.Name}' gets no alias: {e.Message}"));
            }
        }

        return hosts;
    }

    // An array, which PowerShell can index.
    private static AgwSshAlias[] Aliases(IEnumerable<SshConfigHost> hosts) => hosts
        .SelectMany(host => host.Agents
            .Select(agent => new AgwSshAlias { Alias = host.AliasOf(agent.LinuxUser), Vm = host.Vm, Agent = agent.Agent, LinuxUser = agent.LinuxUser })
            .Prepend(new AgwSshAlias { Alias = host.Alias, Vm = host.Vm, LinuxUser = host.AdminUser }))
        .ToArray();

    /// <summary>Where things are written.</summary>
    /// <param name="Theirs">The operator's file.</param>
    /// <param name="Own">The file of ours beside it.</param>
    /// <param name="Sections">Whether a section of theirs is used instead.</param>
    private sealed record Place(string Theirs, string Own, bool Sections)
    {
        public string Target => Sections ? Theirs : Own;

        public static Place Of(OperatorSection settings) => new(
            settings.SshConfig, Path.Combine(Path.GetDirectoryName(settings.SshConfig)!, "config.d", FileName), !settings.SshConfigDir);
    }
}
