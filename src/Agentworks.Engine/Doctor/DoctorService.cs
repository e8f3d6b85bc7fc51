using System.Runtime.CompilerServices;
using Agentworks.Config;
using Agentworks.Errors;
using Agentworks.Model;
using Agentworks.Platforms;
using Agentworks.Ports;
using Agentworks.State;
using Agentworks.Vms;

namespace Agentworks.Doctor;

/// <summary>Looks at the operator's own computer, configuration and state, and says what is missing.</summary>
public sealed class DoctorService(
    string home, IProcessRunner processes, ConfigService config, StateStore store, PlatformRegistry platforms, VmService vms)
{
    /// <param name="online">Also ask every machine.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async IAsyncEnumerable<AgwEnvironmentCheck> CheckAsync(bool online, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return Check("Home", CheckStatus.Ok, home);
        yield return CheckConfig();
        yield return CheckProgram("ssh", CheckStatus.Failed, "Install OpenSSH's client, such as: apt-get install openssh-client");
        yield return CheckProgram("ssh-keygen", CheckStatus.Failed, "Install OpenSSH's client, such as: apt-get install openssh-client");
        yield return CheckProgram("git", CheckStatus.Warning, "Needed to make a workspace from a local folder: apt-get install git");
        yield return CheckProgram("tailscale", CheckStatus.Info, "Needed only for machines in a tailnet: https://tailscale.com/download");
        yield return CheckProgram("nerf", CheckStatus.Info, "Needed only where a template builds the nerf tools: pipx install nerftools");
        foreach (var platform in platforms.All)
        {
            var readiness = await platform.CheckAsync(cancellationToken).ConfigureAwait(false);
            var status = readiness.Ready ? CheckStatus.Ok : IsDefault(platform) ? CheckStatus.Failed : CheckStatus.Info;
            yield return Check($"Platform {platform.Name}", status, readiness.Message, readiness.Recommendation);
        }

        foreach (var check in CheckState())
        {
            yield return check;
        }

        if (online)
        {
            await foreach (var vm in vms.ObserveAsync(vms.List(), cancellationToken).ConfigureAwait(false))
            {
                yield return vm.Status == VmStatus.Running || (vm.Status == VmStatus.Stopped && vm.DesiredPower == DesiredPower.Stopped)
                    ? Check($"VM {vm.Name}", CheckStatus.Ok, vm.Status.ToString())
                    : Check($"VM {vm.Name}", CheckStatus.Warning, $"should be {vm.DesiredPower}, is {vm.Status}", $"Start-AgwVm {vm.Name}");
            }
        }
    }

    private static bool IsDefault(IVmPlatform platform) => OperatingSystem.IsLinux() && platform.Name == "nspawn";

    private AgwEnvironmentCheck CheckConfig()
    {
        try
        {
            var settings = config.Get();
            return settings.Warnings.Count > 0
                ? Check("Configuration", CheckStatus.Warning, string.Join(Environment.NewLine, settings.Warnings), "Take out what has no effect, or do by hand what it asks for.")
                : Check("Configuration", CheckStatus.Ok, settings.Exists ? settings.Path : "no file; the defaults rule");
        }
        catch (AgentworksException e)
        {
            return Check("Configuration", CheckStatus.Failed, e.Message, e.Recommendation);
        }
    }

    private AgwEnvironmentCheck CheckProgram(string program, CheckStatus without, string recommendation) =>
        processes.Find(program) is { } path
            ? Check(program, CheckStatus.Ok, path)
            : Check(program, without, "not found", recommendation);

    private IEnumerable<AgwEnvironmentCheck> CheckState()
    {
        var all = vms.List();
        yield return Check("State", CheckStatus.Ok, $"{all.Count} VM(s), {all.Sum(vm => vm.WorkspaceCount)} workspace(s), {all.Sum(vm => vm.AgentCount)} agent(s), {all.Sum(vm => vm.SessionCount)} session(s)");
        foreach (var vm in all.Where(vm => vm.State != LifecycleState.Ready))
        {
            yield return Check($"VM {vm.Name}", CheckStatus.Warning, vm.State == LifecycleState.Partial ? "these steps failed: " + string.Join(", ", vm.FailedSteps) : $"is not whole: {vm.State}", vm.State == LifecycleState.Partial ? $"Initialize-AgwVm {vm.Name}" : $"New-AgwVm {vm.Name} to finish it, or Remove-AgwVm {vm.Name}");
        }

        foreach (var entry in store.Journal.List(openOnly: true).Where(entry => entry.Interrupted))
        {
            yield return Check("Journal", CheckStatus.Warning, $"{entry.Operation} {entry.TargetName} was cut off", $"Run {entry.Operation} {entry.TargetName} again, or remove it.");
        }
    }

    private static AgwEnvironmentCheck Check(string name, CheckStatus status, string message, string? recommendation = null) =>
        new() { Name = name, Status = status, Message = message, Recommendation = recommendation };
}
