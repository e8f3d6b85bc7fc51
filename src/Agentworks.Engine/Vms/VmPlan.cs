using System.Security.Cryptography;
using System.Text.Json;
using Agentworks.Config;
using Agentworks.Errors;
using Agentworks.Git;
using Agentworks.Machines;
using Agentworks.Network;
using Agentworks.Platforms;
using Agentworks.Provisioning;
using Agentworks.Provisioning.Nerf;
using Agentworks.Provisioning.Users;
using Agentworks.State;
using Agentworks.State.Rows;
using Agentworks.Variables;

namespace Agentworks.Vms;

/// <summary>What is declared of a machine, as steps. Initialization applies them and Test-AgwVm looks at them: one list for both.</summary>
public sealed class VmPlan(
    StateStore store, ConfigService config, PlatformRegistry platforms, NetworkRegistry networks, OperatorKeys keys, GitCredentialPlanner gitCredentials, VariablePlanner variables,
    NerfPlugin nerf)
{
    /// <summary>What makes a bare machine one that its admin can enter.</summary>
    public async Task<IReadOnlyList<ProvisionStep>> BootstrapStepsAsync(VmRow row, CancellationToken cancellationToken)
    {
        var plan = new BootstrapPlan
        {
            VmId = row.Id,
            OwnerTag = store.OwnerTag,
            HostName = row.HostName,
            AdminUser = row.AdminUser,
            AuthorizedKeys = await keys.AuthorizedKeysAsync(cancellationToken).ConfigureAwait(false),
            SetHostName = platforms.Get(row.Platform).Traits.OwnsMachine,
        };
        return plan.ToSteps();
    }

    /// <summary>Everything, in the order in which it is made true.</summary>
    /// <param name="row">The machine.</param>
    /// <param name="networkKey">What lets it into its network; null when it is in, or to look only.</param>
    /// <param name="credentials">The admin's git credentials with their tokens; null to look only.</param>
    /// <param name="plugin">The nerf tools as they are built now; null when none are declared, or to look only for what was brought.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="ConfigException">The configuration is wrong; says where.</exception>
    /// <exception cref="NotFoundException">The machine's template is gone from the configuration.</exception>
    public async Task<IReadOnlyList<ProvisionStep>> StepsAsync(
        VmRow row, string? networkKey, IReadOnlyList<GitCredentialEntry>? credentials, LocalFolder? plugin, CancellationToken cancellationToken)
    {
        if (row.Dedicated)
        {
            // Its image has been through the rest.
            return
            [
                .. await BootstrapStepsAsync(row, cancellationToken).ConfigureAwait(false),
                .. PreparedMachine.Steps(platforms.Get(row.Platform).Traits.Boundary).Where(step => step.Name.StartsWith("workspace-", StringComparison.Ordinal) || step.Name.EndsWith("-runtime", StringComparison.Ordinal)),
            ];
        }

        var settings = config.Load();
        var template = settings.ResolveVmTemplate(row.Template);
        var initialization = new InitializationPlan
        {
            WorkspacesPath = row.WorkspacesPath,
            AdminUser = row.AdminUser,
            AdminShell = settings.Admin.Shell,
            Template = template,
            Catalog = settings.Catalog,
            NeedsMise = Users(settings, row).Any(user => user.NeedsMise()),
        };
        var admin = UserSetupResolver.Resolve(settings, settings.Admin, UserSetupPlan.AdminRole, row.AdminUser) with
        {
            WorkspacesPath = settings.Admin.GitForceSafeDirectory ? row.WorkspacesPath : null,
        };
        var network = networks.Get(row.Network);
        var join = network.GetStep(new NetworkJoin(row.Name, row.HostName, settings.Defaults.TailscaleTags, networkKey));
        return
        [
            .. await BootstrapStepsAsync(row, cancellationToken).ConfigureAwait(false),
            .. (initialization with { MoreAptPackages = network.AptPackages }).ToSteps(),
            NerfSteps.Machine(template, plugin),
            VariableSteps.Machine(variables.OfMachine(row)),
            VariableSteps.User(UserSetupPlan.AdminRole, row.AdminUser, variables.OfUser(null)),

            // Before the dotfiles, which may come from a private repository.
            GitCredentialSteps.ForUser(UserSetupPlan.AdminRole, row.AdminUser, credentials ?? gitCredentials.Declared(settings.Admin)),
            .. admin.ToSteps(),
            .. join is null ? Array.Empty<ProvisionStep>() : [join],
        ];
    }

    /// <summary>The nerf tools of a template, built on this computer; null when it asks for none.</summary>
    /// <inheritdoc cref="NerfPlugin.BuildAsync(VmTemplate, CancellationToken)"/>
    public Task<LocalFolder?> BuildPluginAsync(string? template, CancellationToken cancellationToken) =>
        nerf.BuildAsync(config.Load().ResolveVmTemplate(template), cancellationToken);

    /// <summary>The same, to look only: null also where the program is missing.</summary>
    public Task<LocalFolder?> TryBuildPluginAsync(VmRow row, CancellationToken cancellationToken) =>
        nerf.IsInstalled ? BuildPluginAsync(row.Template, cancellationToken) : Task.FromResult<LocalFolder?>(null);

    /// <summary>Refuses what can be seen to be impossible before anything is made of the template.</summary>
    /// <exception cref="InvalidRequestException">Two apt sources would be one file.</exception>
    /// <exception cref="NotFoundException">The admin's dotfiles or lock file are not on this computer.</exception>
    public static void Validate(AgentworksConfig settings, VmTemplate template)
    {
        AptSteps.Create(settings.Catalog, template.Apt, [.. template.AptPackages, AptSteps.Mise]);
        UserSetupResolver.Resolve(settings, settings.Admin, UserSetupPlan.AdminRole, settings.Admin.Username);
    }

    /// <summary>SHA-256 of what the configuration declares for the machine: another one than what was applied last means that it has changed since.</summary>
    /// <exception cref="NotFoundException">The machine's template is gone from the configuration.</exception>
    public string Fingerprint(VmRow row)
    {
        var settings = config.Load();
        var template = settings.ResolveVmTemplate(row.Template);
        var sets = template.AptPackages.Append(AptSteps.Mise).Select(name => settings.Catalog.AptPackages[name]).ToList();
        object?[] declared =
        [
            template.Swap, template.Apt, sets, sets.SelectMany(set => set.AptSources).Select(name => settings.Catalog.AptSources[name]), template.Snap,
            template.SystemInstallCommands.Select(name => settings.Catalog.SystemInstallCommands[name]),
            settings.Admin, settings.Admin.UserInstallCommands.Select(name => settings.Catalog.UserInstallCommands[name]),
            settings.Admin.GitCredentials.Select(name => settings.GitCredentials[name]), template.Env, settings.Operator.ExtraSshPublicKeys, row.Network,
            template.NerfBuildClaudePlugin ? [template.SkipNerfDefaults, template.NerfAddlManifests, template.NerfHomeDir] : Array.Empty<object>(),
        ];
        return Convert.ToHexString(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(declared))).ToLowerInvariant();
    }

    /// <summary>Whether the configuration has changed since it was applied; false where that cannot be said.</summary>
    public bool HasChanged(VmRow row)
    {
        try
        {
            return row.AppliedHash is not null && row.AppliedHash != Fingerprint(row);
        }
        catch (AgentworksException)
        {
            // What is wrong with the configuration is told by what needs it.
            return false;
        }
    }

    /// <summary>The admin, and the agents whose templates still exist.</summary>
    private IEnumerable<UserSetup> Users(AgentworksConfig settings, VmRow row) =>
        store.Read(state => state.ListAgents(row.Id)).Select(agent => settings.AgentTemplates.GetValueOrDefault(agent.Template)).OfType<UserSetup>()
            .Prepend(settings.Admin);
}
