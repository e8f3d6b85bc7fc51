using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Ports;
using Agentworks.Transport;

namespace Agentworks.Platforms.Ssh;

/// <summary>
/// Adopts a Debian machine that exists and is reached by ssh. It is neither made nor removed here, nor is its power controlled.
/// The operator's own ssh configuration holds: the host may be an alias in it, with a jump host and keys of its own.
/// Who logs in first is the option "user" of <see cref="MachineSpec.Options"/>.
/// </summary>
public sealed class SshPlatform(IProcessRunner processes, TimeProvider clock) : IVmPlatform
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(5);

    // Asked only of machines that have just failed to answer for ten seconds.
    private static readonly TimeSpan ProbeLimit = TimeSpan.FromSeconds(1);

    public string Name => "ssh";

    public PlatformTraits Traits { get; } = new(OwnsMachine: false, EnforcesSize: false, CanStart: false);

    public Task<PlatformReadiness> CheckAsync(CancellationToken cancellationToken)
    {
        string[] needed = ["ssh", "ssh-keygen", "ssh-keyscan"];
        var missing = Array.FindAll(needed, n => processes.Find(n) is null);
        return Task.FromResult(missing.Length == 0
            ? new PlatformReadiness(true, "Ready.")
            : new PlatformReadiness(false, $"The platform ssh lacks {string.Join(", ", missing)}.", Installation()));
    }

    public void Validate(MachineSpec spec) => SshOptions.From(spec);

    public async Task<PlatformMachine> CreateAsync(
        MachineSpec spec, IResourceJournal journal, IEventSink events, CancellationToken cancellationToken)
    {
        var address = await SshAddress.ResolveAsync(processes, SshOptions.From(spec), cancellationToken).ConfigureAwait(false);
        return new PlatformMachine(spec, address.ToJson());
    }

    /// <summary>Does nothing for a machine that answers.</summary>
    public async Task StartAsync(PlatformMachine machine, IEventSink events, CancellationToken cancellationToken)
    {
        if (!Address(machine).Proxied && !await AnswersAsync(machine, StartLimit, cancellationToken).ConfigureAwait(false))
        {
            throw new NotSupportedByPlatformException(
                $"'{machine.Spec.Name}' does not answer at {Address(machine).HostName}, and a machine of the platform ssh cannot be started from here.")
            {
                Target = machine.Spec.Name,
                Recommendation = "Start the machine where it runs, then try again.",
            };
        }
    }

    public Task StopAsync(PlatformMachine machine, TimeSpan grace, CancellationToken cancellationToken) =>
        throw new NotSupportedByPlatformException(
            $"'{machine.Spec.Name}' is a machine of the platform ssh: it is not ours to stop, for it could not be started again from here.")
        {
            Target = machine.Spec.Name,
            Recommendation = "Stop its sessions instead, or shut it down where it runs.",
        };

    /// <summary>Running when its sshd answers; else nobody can tell.</summary>
    public async Task<PowerState> GetPowerStateAsync(PlatformMachine machine, CancellationToken cancellationToken) =>
        !Address(machine).Proxied && await AnswersAsync(machine, ProbeLimit, cancellationToken).ConfigureAwait(false)
            ? PowerState.Running
            : PowerState.Unknown;

    /// <summary>Nothing: what was done to the machine is undone by those who did it, and the machine stays.</summary>
    public Task RemoveAsync(PlatformMachine machine, CancellationToken cancellationToken) => Task.CompletedTask;

    public ChannelCommand? GetPlatformShell(PlatformMachine machine) => null;

    public SshEndpoint GetSshEndpoint(PlatformMachine machine)
    {
        var options = SshOptions.From(machine.Spec);
        IReadOnlyList<string> extra = options.Key is { } key ? ["IdentityFile=" + Quote(key)] : [];
        var address = Address(machine);
        IReadOnlyList<string> jump = address.ProxyJump is { } over ? ["ProxyJump=" + over] : [];
        return new SshEndpoint(options.Host, address.Port, machine.Spec.Id, ExtraOptions: extra)
        {
            Standalone = new SshEndpoint(address.HostName, address.Port, machine.Spec.Id, address.ProxyCommand, [.. extra, .. jump]),
        };
    }

    public async Task<IReadOnlyList<string>?> GetHostKeysAsync(PlatformMachine machine, CancellationToken cancellationToken)
    {
        var options = SshOptions.From(machine.Spec);
        var address = Address(machine);
        var keys = new SshHostKeys(processes);
        var found = await keys.LookUpAsync(options.Host, address, cancellationToken).ConfigureAwait(false);
        if (found.Count > 0)
        {
            return found;
        }

        if (!options.AcceptNew)
        {
            throw new HostKeyUnknownException($"The host key of {options.Host} is in none of your known_hosts files.")
            {
                Target = machine.Spec.Name,
                Recommendation = $"Connect once with 'ssh {options.Host}' and compare the key, or accept the key that it shows now.",
            };
        }

        if (address.Proxied)
        {
            throw new HostKeyUnknownException($"The host key of {options.Host} cannot be asked for, because a proxy stands before it.")
            {
                Target = machine.Spec.Name,
                Recommendation = $"Connect once with 'ssh {options.Host}' and compare the key.",
            };
        }

        found = await keys.ScanAsync(address, cancellationToken).ConfigureAwait(false);
        return found.Count > 0 ? found : throw new ConnectionFailedException($"No sshd answers at {address.HostName}, port {address.Port}.")
        {
            Target = machine.Spec.Name,
        };
    }

    private Task<bool> AnswersAsync(PlatformMachine machine, TimeSpan limit, CancellationToken cancellationToken)
    {
        var address = Address(machine);
        return SshBanner.AnswersAsync(address.HostName, address.Port, limit, clock, cancellationToken);
    }

    private static SshAddress Address(PlatformMachine machine)
    {
        var options = SshOptions.From(machine.Spec);
        return SshAddress.FromJson(machine.Data) ?? new SshAddress(options.Host, options.Port ?? 22, Proxied: false, HostKeyAlias: null, []);
    }

    // In ssh's configuration a value with spaces is quoted, and what follows a percent sign is replaced.
    private static string Quote(string path) => '"' + path.Replace("%", "%%", StringComparison.Ordinal) + '"';

    private static string Installation() => OperatingSystem.IsWindows()
        ? "Add-WindowsCapability -Online -Name OpenSSH.Client~~~~0.0.1.0"
        : "apt-get install openssh-client";
}
