using Agentworks.Config;
using Agentworks.Machines;
using Agentworks.Platforms;
using Agentworks.Provisioning;
using Agentworks.Provisioning.Users;
using Agentworks.State;
using Agentworks.State.Rows;

namespace Agentworks.Vms;

/// <summary>What is declared of a machine, as steps. Initialization applies them and Test-AgwVm looks at them: one list for both.</summary>
public sealed class VmPlan(StateStore store, ConfigService config, PlatformRegistry platforms, OperatorKeys keys)
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

    /// <summary>Finds everything that the configuration refers to on this computer; for before a machine is made.</summary>
    /// <exception cref="Errors.NotFoundException">Something is not there.</exception>
    public void Validate()
    {
        var settings = config.Load();
        UserSetupResolver.Resolve(settings, settings.Admin, UserSetupPlan.AdminRole, settings.Admin.Username);
    }

    /// <summary>Everything, in the order in which it is made true.</summary>
    /// <exception cref="Errors.ConfigException">The configuration is wrong; says where.</exception>
    /// <exception cref="Errors.NotFoundException">The machine's template is gone from the configuration.</exception>
    public async Task<IReadOnlyList<ProvisionStep>> StepsAsync(VmRow row, CancellationToken cancellationToken)
    {
        var settings = config.Load();
        var template = settings.ResolveVmTemplate(row.Template);
        var initialization = new InitializationPlan
        {
            WorkspacesPath = row.WorkspacesPath,
            AdminUser = row.AdminUser,
            AdminShell = settings.Admin.Shell,
            AptPackages = template.Apt,
        };
        var admin = UserSetupResolver.Resolve(settings, settings.Admin, UserSetupPlan.AdminRole, row.AdminUser) with
        {
            WorkspacesPath = settings.Admin.GitForceSafeDirectory ? row.WorkspacesPath : null,
        };
        return [.. await BootstrapStepsAsync(row, cancellationToken).ConfigureAwait(false), .. initialization.ToSteps(), .. admin.ToSteps()];
    }
}
