using System.Globalization;
using System.Text.Json;
using Agentworks.Config;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Git;
using Agentworks.History;
using Agentworks.Machines;
using Agentworks.Model;
using Agentworks.Network;
using Agentworks.Operations;
using Agentworks.Platforms;
using Agentworks.Provisioning;
using Agentworks.Provisioning.Users;
using Agentworks.State;
using Agentworks.State.Rows;
using Agentworks.Transport;

namespace Agentworks.Vms;

/// <summary>
/// Makes a machine: the platform creates and starts it, its host key is pinned, bootstrap gives it an administrator, initialization
/// makes it ready for work. Each stage may be repeated, so a making that was cut off anywhere is finished by making it again.
/// </summary>
public sealed class VmMaker(
    StateStore store, ConfigService config, PlatformRegistry platforms, MachineConnections machines, VmPlan plan, VmNetwork network, SshCommandBuilder ssh, KnownHosts knownHosts,
    GitCredentialPlanner gitCredentials, TimeProvider clock)
{
    public async Task<VmRow> MakeAsync(OperationScope scope, NewVm request, CancellationToken cancellationToken)
    {
        var settings = config.Load();
        var old = store.Read(state => state.FindVm(request.Name));
        var isNew = old is null or { State: LifecycleState.Creating };
        var credentials = isNew
            ? await gitCredentials.ResolveAsync(settings.Admin, old, agent: null, request.Name, cancellationToken).ConfigureAwait(false)
            : [];
        var plugin = isNew ? await plan.BuildPluginAsync(old?.Template ?? request.Template, cancellationToken).ConfigureAwait(false) : null;
        var row = await RecordAsync(request, cancellationToken).ConfigureAwait(false);
        var platform = platforms.Get(row.Platform);
        await BringUpAsync(scope, row, platform, cancellationToken).ConfigureAwait(false);
        try
        {
            await InitializeAsync(scope, row, request.NetworkKey, credentials, plugin, cancellationToken).ConfigureAwait(false);
        }
        catch (ProvisioningFailedException)
        {
            // The machine is there and can be entered: it is kept, to be looked at and initialized again.
            store.Write(state => state.Update(state.GetVm(row.Id)! with { State = LifecycleState.Failed }));
            throw;
        }

        return store.Read(state => state.GetVm(row.Id))!;
    }

    /// <summary>Up to where the admin can log in. What fails here is undone: a machine that nobody can enter is of no use.</summary>
    private async Task BringUpAsync(OperationScope scope, VmRow row, IVmPlatform platform, CancellationToken cancellationToken)
    {
        var entered = false;
        scope.Record("platform " + row.Platform);
        scope.Note(VmEventNames.ProvisioningStarted, row.Platform);
        try
        {
            var machine = await platform.CreateAsync(row.ToMachine(store.OwnerTag).Spec, scope, scope.Events, cancellationToken).ConfigureAwait(false);
            store.Write(state => state.Update(row with { PlatformData = machine.Data }));

            scope.Record("start");
            await platform.StartAsync(machine, scope.Events, cancellationToken).ConfigureAwait(false);

            scope.Record("pin host key");
            if (await platform.GetHostKeysAsync(machine, cancellationToken).ConfigureAwait(false) is { } hostKeys)
            {
                await knownHosts.PinAsync(row.Id, hostKeys, cancellationToken).ConfigureAwait(false);
            }

            scope.Record("bootstrap");
            entered = true;
            await BootstrapAsync(scope, row, platform, machine, cancellationToken).ConfigureAwait(false);
            scope.Note(VmEventNames.Bootstrapped);
            scope.Note(VmEventNames.ProvisioningCompleted);
        }
        catch (AgentworksException) when (platform.Traits.OwnsMachine || !entered)
        {
            await UndoAsync(scope, row, platform, cancellationToken).ConfigureAwait(false);
            throw;
        }
    }

    private async Task UndoAsync(OperationScope scope, VmRow row, IVmPlatform platform, CancellationToken cancellationToken)
    {
        try
        {
            scope.Record("undo");
            await platform.RemoveAsync(row.ToMachine(store.OwnerTag), cancellationToken).ConfigureAwait(false);
            await knownHosts.ForgetAsync(row.Id, cancellationToken).ConfigureAwait(false);
            store.Write(state => state.DeleteVm(row.Id));
        }
        catch (AgentworksException e)
        {
            scope.Events.Report(new WarningEvent($"What was made of VM '{row.Name}' could not be undone ({e.Message}). Run: Remove-AgwVm {row.Name}"));
        }
    }

    /// <summary>Bootstrap's and initialization's steps in one script, over the connection that will be used from now on.</summary>
    public async Task<AgwInitialization> InitializeAsync(OperationScope scope, VmRow row, string? networkKey, CancellationToken cancellationToken)
    {
        var credentials = await gitCredentials.ResolveAsync(config.Load().Admin, row, agent: null, row.Name, cancellationToken).ConfigureAwait(false);
        var plugin = await plan.BuildPluginAsync(row.Template, cancellationToken).ConfigureAwait(false);
        return await InitializeAsync(scope, row, networkKey, credentials, plugin, cancellationToken).ConfigureAwait(false);
    }

    private async Task<AgwInitialization> InitializeAsync(
        OperationScope scope, VmRow row, string? networkKey, IReadOnlyList<GitCredentialEntry> credentials, LocalFolder? plugin,
        CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();
        var applied = plan.Fingerprint(row);
        var declared = await plan.StepsAsync(row, networkKey, credentials, plugin, cancellationToken).ConfigureAwait(false);
        scope.Record("initialize");
        scope.Note(VmEventNames.InitializationStarted);
        var shell = machines.Shell(row, holdsLock: true);
        var steps = await Provisioner.RunAsync(
            shell, row.Name, declared, scope.RemoteId("initialize"), scope.Events, cancellationToken).ConfigureAwait(false);

        gitCredentials.Record(row, agent: null, credentials, steps);
        var result = new AgwInitialization { Vm = row.Name, Steps = steps, Duration = clock.GetElapsedTime(began) };
        var kind = steps.FirstOrDefault(step => step.Name == RuntimeSteps.WorkspaceStoreStep)?.Detail;
        store.Write(state => state.Update(state.GetVm(row.Id)! with
        {
            State = result.Failed > 0 ? LifecycleState.Partial : LifecycleState.Ready,
            FailedSteps = result.FailedNames,
            WorkspaceStore = kind ?? row.WorkspaceStore,
            AppliedHash = applied,
        }));
        await network.RecordAsync(row, shell, steps, scope.Events, cancellationToken).ConfigureAwait(false);
        scope.Note(
            result.Failed > 0 ? VmEventNames.InitializationPartial : VmEventNames.InitializationCompleted,
            result.Failed > 0 ? result.FailedNames.Replace("\n", ", ", StringComparison.Ordinal) : $"{result.Changed} changed");
        return result;
    }

    private async Task<VmRow> RecordAsync(NewVm request, CancellationToken cancellationToken)
    {
        var settings = config.Load();
        var template = settings.ResolveVmTemplate(request.Template);
        VmPlan.Validate(settings, template);
        Naming.ValidateUser(request.AdminUser ?? settings.Admin.Username);
        var existing = store.Read(state => state.FindVm(request.Name));
        if (existing is { State: LifecycleState.Creating })
        {
            // Its maker died half-way: what it recorded is what will be finished. How to get in may be said anew.
            var resumed = request.Address is null ? existing : existing with { OptionsJson = JsonSerializer.Serialize(Options(request)) };
            store.Write(state => state.Update(resumed));
            return resumed;
        }

        if (existing is not null)
        {
            throw new AlreadyExistsException(EntityKind.Vm, request.Name)
            {
                Target = request.Name,
                Recommendation = $"Initialize-AgwVm {request.Name} repairs it; or choose another name.",
            };
        }

        var reach = request.Network ?? settings.Defaults.Network;
        await network.RequireAsync(reach, request.NetworkKey, cancellationToken).ConfigureAwait(false);
        var platform = Choose(request.Platform ?? settings.Defaults.Platform);
        var readiness = await platform.CheckAsync(cancellationToken).ConfigureAwait(false);
        if (!readiness.Ready)
        {
            throw new PlatformUnavailableException($"Platform {platform.Name} cannot work here: {readiness.Message}")
            {
                Target = platform.Name,
                Recommendation = readiness.Recommendation,
            };
        }

        var row = new VmRow
        {
            Id = Identifier.New(),
            Name = request.Name,
            Platform = platform.Name,
            Template = template.Name,
            State = LifecycleState.Creating,
            DesiredPower = DesiredPower.Running,
            AdminUser = request.AdminUser ?? settings.Admin.Username,
            HostName = request.Name,
            Network = reach,
            WorkspacesPath = settings.Paths.VmWorkspaces,
            Cpus = request.Cpus ?? template.Cpus,
            MemoryMiB = (request.MemoryGiB ?? template.Memory) * 1024,
            DiskGiB = request.DiskGiB ?? template.Disk,
            OptionsJson = JsonSerializer.Serialize(Options(request)),
            Created = clock.GetUtcNow(),
        };
        if (ConfigRules.LinuxUser(row.AdminUser) is { } wrong)
        {
            throw new InvalidRequestException($"That cannot be the admin user: {wrong}") { Target = row.AdminUser };
        }

        platform.Validate(row.ToMachine(store.OwnerTag).Spec);
        store.Write(state => state.Insert(row));
        return row;
    }

    private IVmPlatform Choose(string? name) => name is null ? platforms.Default : platforms.Get(name);

    private static Dictionary<string, string> Options(NewVm request)
    {
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        Add("host", request.Address);
        Add("port", request.Port?.ToString(CultureInfo.InvariantCulture));
        Add("user", request.LoginUser);
        Add("key", request.LoginKey);
        Add("accept-new", request.AcceptNewHostKey ? "true" : null);
        return options;

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                options[name] = value;
            }
        }
    }

    private async Task BootstrapAsync(OperationScope scope, VmRow row, IVmPlatform platform, PlatformMachine machine, CancellationToken cancellationToken)
    {
        var steps = await plan.BootstrapStepsAsync(row, cancellationToken).ConfigureAwait(false);
        var shell = new MachineShell(platform.GetPlatformShell(machine) ?? FirstLogin(row, platform, machine));
        await using var _ = shell.ConfigureAwait(false);
        await Provisioner.RunAsync(shell, row.Name, steps, scope.RemoteId("bootstrap"), scope.Events, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>An adopted machine is first entered as whoever may already log in there.</summary>
    private ChannelCommand FirstLogin(VmRow row, IVmPlatform platform, PlatformMachine machine)
    {
        var user = machine.Spec.Options.GetValueOrDefault("user", "root");
        return ssh.Channel(
            platform.GetSshEndpoint(machine), row.Name, user, machine.Spec.Options.GetValueOrDefault("key"), sudo: user != "root");
    }
}
