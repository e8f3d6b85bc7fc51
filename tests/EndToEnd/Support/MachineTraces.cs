using Agentworks.Ports;
using Agentworks.Tests.EndToEnd.Transport;

namespace Agentworks.Tests.EndToEnd.Support;

/// <summary>Looks for a machine, or another thing with an id, on this computer with the computer's own tools, apart from the code that should have removed it.</summary>
internal static class MachineTraces
{
    public static async Task<IReadOnlyList<string>> FindAsync(string id, bool filesToo = true)
    {
        const string Look = """
            id=$1
            grep -F "$id" /proc/self/mountinfo | sed 's/^/mount /'
            ip netns list | grep -F "$id" | sed 's/^/namespace /'
            losetup --list --noheadings --output NAME,BACK-FILE | grep -F "$id" | sed 's/^/loop /'
            find /sys/fs/cgroup -type d -path "*$id*" | sed 's/^/cgroup /'
            find /run/systemd/nspawn/propagate -name "*$id*" 2>/dev/null | sed 's/^/file /'
            """;
        const string Files = """

            find /var/lib/agentworks/machines /run/netns -maxdepth 1 -name "*$id*" 2>/dev/null | sed 's/^/file /'
            [ ! -d /var/lib/agentworks/dedicated ] || btrfs subvolume list /var/lib/agentworks/dedicated | grep -F "$id" | sed 's/^/subvolume /'
            """;
        var result = await new ProcessRunner().RunAsync("/bin/sh", ["-c", filesToo ? Look + Files : Look, "look", id], new ProcessOptions(), CancellationToken.None);
        return [.. result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries), .. Processes.With(id)];
    }
}
