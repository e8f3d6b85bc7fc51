using System.Globalization;
using Agentworks.Transport;

namespace Agentworks.Platforms.Qemu;

/// <summary>
/// A machine that runs gets another name and a larger disk. Its processors and memory stay: to plug them in takes a machine that reserves
/// for the largest that it may become, whose memory no snapshot of another could be taken up by; and to start it again takes as long as to make a new one.
/// </summary>
public sealed partial class QemuPlatform : IResizable
{
    public bool CanReshape(MachineSpec from, MachineSpec to) =>
        QemuShape.Of(from, kvm: false) == QemuShape.Of(to, kvm: false) && (from.DiskGiB ?? DefaultGiB) <= (to.DiskGiB ?? DefaultGiB);

    public async Task ReshapeAsync(PlatformMachine machine, CancellationToken cancellationToken)
    {
        Validate(machine.Spec);
        var (it, record) = await OpenAsync(machine, cancellationToken).ConfigureAwait(false);
        var wanted = machine.Spec.DiskGiB ?? DefaultGiB;
        if (wanted > (record.Spec.DiskGiB ?? DefaultGiB))
        {
            if (it.FindRunning() is not null)
            {
                await it.SettleAsync(record, cancellationToken).ConfigureAwait(false);
                await GrowDiskAsync(it, record, wanted, cancellationToken).ConfigureAwait(false);
                await GrowFilesAsync(machine, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                // The file system follows at the next boot.
                var size = string.Create(CultureInfo.InvariantCulture, $"{wanted}G");
                await host.RunAsync("qemu-img", ["resize", "-q", "-f", "qcow2", layers.Find(record.Disk).File, size], cancellationToken).ConfigureAwait(false);
            }
        }

        // Last: what was cut off before is done again.
        (record with { Spec = machine.Spec }).Write(layout.For(machine.Spec.Id).Record);
    }

    private async Task GrowDiskAsync(QemuMachine it, QemuRecord record, int gib, CancellationToken cancellationToken)
    {
        var control = await it.ControlAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = control.ConfigureAwait(false);
        await new QemuDisks(control).GrowAsync(layers.Find(record.Disk), gib, cancellationToken).ConfigureAwait(false);
    }

    private async Task GrowFilesAsync(PlatformMachine machine, CancellationToken cancellationToken)
    {
        var shell = new MachineShell(GetPlatformShell(machine)!);
        await using var _ = shell.ConfigureAwait(false);
        var grown = new RemoteCommand { Script = "resize2fs /dev/vda", Timeout = TimeSpan.FromMinutes(2) };
        await shell.RequireAsync(grown, $"Growing the file system of '{machine.Spec.Name}'", cancellationToken).ConfigureAwait(false);
    }
}
