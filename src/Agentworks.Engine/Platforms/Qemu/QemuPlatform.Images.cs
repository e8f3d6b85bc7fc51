using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Provisioning;

namespace Agentworks.Platforms.Qemu;

public sealed partial class QemuPlatform
{
    /// <summary>What a new machine's disk lies on: a base, and a layer over it where an image was prepared.</summary>
    private async Task<(string Base, string? Layer)> SourceAsync(MachineSpec spec, IResourceJournal journal, IEventSink events, CancellationToken cancellationToken)
    {
        if (spec.Image is not (null or "debian-12" or "bookworm"))
        {
            throw new NotSupportedByPlatformException($"The platform qemu has no image '{spec.Image}'; it has 'debian-12'.") { Target = spec.Name };
        }

        var inputs = QemuBases.Inputs([]);
        var key = QemuBases.KeyOf(inputs);
        if (!bases.Has(key))
        {
            await journal.RecordAsync($"base {key}", cancellationToken).ConfigureAwait(false);
            await bases.EnsureAsync(inputs, events, cancellationToken).ConfigureAwait(false);
        }

        return (key, null);
    }

    /// <summary>The files of a machine's own that are no secrets.</summary>
    private static IReadOnlyList<MachineFile> FilesOf(MachineSpec spec) =>
    [
        new("/etc/hostname", "0644", spec.HostName + "\n"),
        new("/etc/hosts", "0644", $"127.0.0.1\tlocalhost\n127.0.1.1\t{spec.HostName}\n::1\tlocalhost ip6-localhost ip6-loopback\n"),
    ];
}
