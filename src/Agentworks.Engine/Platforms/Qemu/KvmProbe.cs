using System.Text.Json;
using Agentworks.Ports;

namespace Agentworks.Platforms.Qemu;

/// <summary>
/// Whether KVM really runs a machine here: /dev/kvm may be there and open, and every guest hang, as inside some virtual machines. So a small one is run, the
/// initrd alone, in a time box. What came of it holds until this computer is booted again.
/// </summary>
/// <remarks>Tested where there is no KVM: no machine has been run with it, and nobody has seen this succeed.</remarks>
internal sealed class KvmProbe(QemuLayout layout, HostCommands commands, TimeProvider clock)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(8);

    private string Memo => Path.Combine(layout.Root, "kvm.json");

    /// <summary>What is known; null when nobody has tried since this computer was booted.</summary>
    public bool? Known()
    {
        if (!File.Exists("/dev/kvm"))
        {
            return false;
        }

        try
        {
            return JsonSerializer.Deserialize<Finding>(File.ReadAllText(Memo)) is { } finding && finding.BootId == LinuxProcess.BootId() ? finding.Works : null;
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            return null;
        }
    }

    /// <param name="kernel">Of a base.</param>
    /// <param name="initrd">Its own, which says so and ends when it has no disks.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<bool> WorksAsync(string kernel, string initrd, CancellationToken cancellationToken)
    {
        if (Known() is { } known)
        {
            return known;
        }

        var works = await TryAsync(kernel, initrd, cancellationToken).ConfigureAwait(false);
        UnixFiles.Write(Memo, JsonSerializer.Serialize(new Finding(works, LinuxProcess.BootId(), clock.GetUtcNow())) + "\n", UnixFiles.OwnerOnly);
        return works;
    }

    private async Task<bool> TryAsync(string kernel, string initrd, CancellationToken cancellationToken)
    {
        try
        {
            using var device = new FileStream("/dev/kvm", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }

        string[] arguments =
        [
            "--signal=KILL", FormattableString.Invariant($"{Limit.TotalSeconds}"), commands.Require("qemu-system-x86_64"),
            "-machine", "q35,accel=kvm,usb=off", "-cpu", "host", "-smp", "2", "-m", "256", "-nodefaults", "-no-user-config", "-nographic", "-no-reboot",
            "-bios", "bios-microvm.bin", "-kernel", kernel, "-initrd", initrd, "-append", "console=ttyS0 quiet panic=-1 agentworks.probe", "-serial", "stdio",
        ];
        var result = await commands.RunAsync(
            "timeout", arguments, new ProcessOptions(Timeout: Limit + TimeSpan.FromSeconds(5), WorkingDirectory: "/"), cancellationToken).ConfigureAwait(false);
        return result.Succeeded && result.Output.Contains("agentworks: probe", StringComparison.Ordinal);
    }

    private sealed record Finding(bool Works, string BootId, DateTimeOffset Tried);
}
