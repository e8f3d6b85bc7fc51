using System.Globalization;
using System.Text.Json;
using Agentworks.Errors;
using Agentworks.Model;
using Agentworks.Ports;
using Agentworks.Provisioning;
using Agentworks.State.Rows;
using Agentworks.Transport;

namespace Agentworks.Network;

/// <summary>
/// Machines in the operator's tailnet. The operator's computer must be in it too. Written after Tailscale's published command line and
/// JSON and tested against a program that speaks both; it has never run against the real service.
/// </summary>
public sealed class TailscaleNetwork(IProcessRunner processes) : INetworkDriver
{
    public const string DriverName = "tailscale";
    public const string KeySecret = "TAILSCALE_AUTH_KEY";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    public string Name => DriverName;

    public IReadOnlyList<string> AptPackages => ["tailscale"];

    public bool NeedsKey => true;

    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        var program = processes.Find("tailscale") ?? throw new PrerequisiteMissingException("Tailscale is not installed on this computer.")
        {
            Target = "tailscale",
            Recommendation = "Install it, and log in with 'tailscale up': https://tailscale.com/download",
        };
        ProcessResult said;
        try
        {
            said = await processes.RunAsync(program, ["status", "--json", "--peers=false"], new ProcessOptions(Timeout: Limit), cancellationToken).ConfigureAwait(false);
        }
        catch (OperationTimedOutException)
        {
            throw new OperationTimedOutException($"'tailscale status' on this computer said nothing within {Limit.TotalSeconds:0} seconds.")
            {
                Target = "tailscale",
                Recommendation = "Restart Tailscale on this computer, then try again.",
            };
        }

        switch (Read(said))
        {
            case { IsRunning: true }:
                return;
            case { BackendState: "NeedsLogin" or "NeedsMachineAuth" } status:
                throw Unusable(status.BackendState == "NeedsLogin" ? "is not logged in" : "waits for an administrator of the tailnet to admit it", "Run 'tailscale up' on this computer, then try again.");
            case { BackendState: "Stopped" }:
                throw Unusable("is switched off", "Run 'tailscale up' on this computer, then try again.");
            case { } status:
                throw Unusable($"is not connected ({status.BackendState})", "Wait for it, then try again.");
            default:
                throw Unusable($"does not run: {LastLine(said)}", "Start Tailscale on this computer; on Linux: sudo systemctl start tailscaled");
        }
    }

    public ProvisionStep GetStep(NetworkJoin join) => new(
        DriverName,
        "agw_check_tailscale",
        "agw_apply_tailscale",
        Fatal: false,
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["agw_ts_vm"] = join.Vm,
            ["agw_ts_hostname"] = join.HostName,
            ["agw_ts_tags"] = string.Join(',', join.Tags),
            ["agw_ts_key"] = join.Key ?? string.Empty,
            ["agw_ts_again"] = join.Again ?? string.Empty,
        })
    {
        Functions = EmbeddedText.Read("tailscale.sh"),
        Limit = TimeSpan.FromMinutes(4),
    };

    public async Task<NetworkMembership> ReadAsync(IMachineShell shell, string vm, CancellationToken cancellationToken)
    {
        const string script = """
            timeout 10 tailscale status --json --peers=false || exit
            printf '\0'
            timeout 10 sshd -T 2>/dev/null | sed -n 's/^port //p' | head -n 1
            """;
        var said = await shell.RequireAsync(
            new RemoteCommand { Script = script, Timeout = TimeSpan.FromSeconds(25), MaxOutputBytes = 1 << 20 }, $"Reading the tailnet address of VM '{vm}'", cancellationToken).ConfigureAwait(false);
        var parts = said.OutputText.Split('\0');
        try
        {
            var status = TailscaleStatus.Parse(parts[0]);
            var address = status is { IsRunning: true, Address: { } found } ? found : throw new FormatException($"{status.BackendState}, without an IPv4 address of a tailnet");
            var port = int.TryParse(parts.Length > 1 ? parts[1].Trim() : null, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and < 65536 ? number : 22;
            return new NetworkMembership(
                JsonSerializer.Serialize(new Place(address.ToString(), port, status.DnsName)),
                status.Tags.Count > 0 ? null : Untagged(vm));
        }
        catch (FormatException e)
        {
            throw new RemoteCommandException($"What Tailscale says on VM '{vm}' makes no sense: {TerminalText.EscapeLine(e.Message)}") { Target = vm };
        }
    }

    public SshEndpoint? GetEndpoint(VmRow vm) => PlaceOf(vm) is { } place ? new SshEndpoint(place.Address, place.Port, vm.Id) : null;

    public string? GetAddress(VmRow vm) => PlaceOf(vm)?.Address;

    public RemoteCommand? GetLeave(VmRow vm) => new()
    {
        // The node is deleted from the tailnet when it is an ephemeral one, and else expires there.
        Script = "command -v tailscale >/dev/null || exit 0; timeout 20 tailscale logout",
        Timeout = TimeSpan.FromSeconds(25),
    };

    private static string Untagged(string vm) =>
        $"VM '{vm}' has no tags in the tailnet, so whatever runs on it, agents too, reaches what the owner of the auth key reaches. " +
        "Set tailscale_tags in [defaults] of config.toml, such as [\"tag:agents\"], allow that tag little in the tailnet's policy, and run: " +
        $"Update-AgwVmNetwork {vm}";

    private static Place? PlaceOf(VmRow vm)
    {
        try
        {
            return vm.Network == DriverName && JsonSerializer.Deserialize<Place>(vm.NetworkData) is { Port: > 0 and < 65536 } place && TailscaleStatus.ToTailnet(place.Address) is not null
                ? place
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static TailscaleStatus? Read(ProcessResult said)
    {
        try
        {
            return TailscaleStatus.Parse(said.Output);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static NetworkUnavailableException Unusable(string why, string recommendation) =>
        new($"Tailscale on this computer {why}.") { Target = "tailscale", Recommendation = recommendation };

    private static string LastLine(ProcessResult said) =>
        TerminalText.EscapeLine((said.Error + '\n' + said.Output).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? "it said nothing");

    /// <summary>What is recorded of a machine.</summary>
    private sealed record Place(string Address, int Port, string? Name);
}
