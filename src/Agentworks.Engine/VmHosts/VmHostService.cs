using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Model;
using Agentworks.Ports;
using Agentworks.State;
using Agentworks.State.Rows;

namespace Agentworks.VmHosts;

/// <summary>
/// The machines on which Lima makes VMs: registered by name, reached as the operator's own ssh configuration says. No key, user or host key of
/// ours is involved.
/// </summary>
public sealed class VmHostService(StateStore store, IProcessRunner processes)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    public IReadOnlyList<AgwVmHost> List() => store.Read(state =>
    {
        var vms = state.ListVms().ToLookup(vm => vm.VmHost, StringComparer.Ordinal);
        return (IReadOnlyList<AgwVmHost>)[.. state.ListVmHosts().Select(row => ToModel(row, vms[row.Name].Count()))];
    });

    /// <summary>Records the host. It is asked what it is; when it does not answer, a warning says so, and it is recorded all the same.</summary>
    /// <exception cref="AlreadyExistsException">There is one of that name with another address.</exception>
    public async Task<AgwVmHost> RegisterAsync(string name, string address, IEventSink events, CancellationToken cancellationToken)
    {
        Naming.Validate(EntityKind.VmHost, name);
        ValidateAddress(address);
        if (store.Read(state => state.FindVmHost(name)) is { } taken && taken.Address != address)
        {
            throw new AlreadyExistsException(EntityKind.VmHost, name) { Target = name, Recommendation = $"Unregister-AgwVmHost {name}, or choose another name." };
        }

        var system = await AskAsync(name, address, events, cancellationToken).ConfigureAwait(false);
        var row = store.Write(state =>
        {
            if (state.FindVmHost(name) is not { } there)
            {
                return state.Insert(new VmHostRow { Id = Identifier.New(), Name = name, Address = address, System = system });
            }

            var updated = there with { Address = address, System = system ?? there.System };
            state.Update(updated);
            return updated;
        });
        return List().First(host => host.Id == row.Id);
    }

    /// <exception cref="HasDependentsException">VMs are recorded on it and <paramref name="force"/> is false.</exception>
    public void Unregister(string name, bool force) => store.Write(state =>
    {
        var row = state.FindVmHost(name)
            ?? throw new NotFoundException(EntityKind.VmHost, name) { Target = name, Recommendation = "Get-AgwVmHost lists them." };
        var vms = state.ListVms().Where(vm => vm.VmHost == name).ToList();
        if (vms.Count > 0 && !force)
        {
            throw new HasDependentsException($"VM host '{name}' still has {string.Join(", ", vms.Select(vm => vm.Name))}.")
            {
                Target = name,
                Recommendation = $"Remove them first, or Unregister-AgwVmHost {name} -Force: they stay where they are, and nobody here knows where that is.",
            };
        }

        foreach (var vm in vms)
        {
            state.Update(vm with { VmHost = null });
        }

        state.DeleteVmHost(row.Id);
    });

    // Through the login shell of whoever logs in, because that is where Homebrew's PATH is.
    private async Task<string?> AskAsync(string name, string address, IEventSink events, CancellationToken cancellationToken)
    {
        var ssh = processes.Find("ssh") ?? throw new PrerequisiteMissingException("The program 'ssh' is not installed.") { Target = "ssh" };
        string[] arguments =
        [
            "-T", "-o", "BatchMode=yes", "-o", "ConnectTimeout=10", "-o", "ControlMaster=no", "-o", "ControlPath=none", "--", address,
            "uname -s; \"${SHELL:-/bin/sh}\" -lc 'command -v limactl' >/dev/null 2>&1 && echo limactl",
        ];
        try
        {
            var result = await processes.RunAsync(ssh, arguments, new ProcessOptions(Timeout: Limit), cancellationToken).ConfigureAwait(false);
            var lines = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (lines is ["Linux" or "Darwin", ..])
            {
                if (!lines.Contains("limactl", StringComparer.Ordinal))
                {
                    events.Report(new WarningEvent($"VM host '{name}' answers, but limactl is not on the PATH of its login shell. Install Lima there: https://lima-vm.io"));
                }

                return lines[0] == "Linux" ? "linux" : "darwin";
            }

            var said = result.Error.Trim() is { Length: > 0 } error ? error : result.Output.Trim();
            events.Report(new WarningEvent($"VM host '{name}' could not be asked what it is ({TerminalText.Escape(said)}). Check: ssh {address} uname -s"));
        }
        catch (OperationTimedOutException)
        {
            events.Report(new WarningEvent($"VM host '{name}' did not answer within {Limit.TotalSeconds:0} seconds. Check: ssh {address} uname -s"));
        }

        return null;
    }

    // It becomes an argument of ssh.
    private static void ValidateAddress(string address)
    {
        if (address.Length is 0 or > 255 || address[0] == '-' || address.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || "'\"\\`$;&|<>(){}".Contains(c, StringComparison.Ordinal)))
        {
            throw new InvalidRequestException("That is no address for ssh.") { Target = address, Recommendation = "Give host, user@host, or an alias of your ssh configuration." };
        }
    }

    private static AgwVmHost ToModel(VmHostRow row, int vms) =>
        new() { Name = row.Name, Id = row.Id, Address = row.Address, System = row.System, VmCount = vms, Created = row.Created };
}
