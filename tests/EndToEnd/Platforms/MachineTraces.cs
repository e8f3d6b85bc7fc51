using Agentworks.Ports;

namespace Agentworks.Tests.EndToEnd.Platforms;

/// <summary>Looks for a machine on this computer with the computer's own tools, apart from the code that should have removed it.</summary>
internal static class MachineTraces
{
    public static async Task<IReadOnlyList<string>> FindAsync(NspawnFixture fixture, string id, bool filesToo = true)
    {
        const string Look = """
            id=$1
            grep -F "$id" /proc/self/mountinfo | sed 's/^/mount /'
            ip netns list | grep -F "$id" | sed 's/^/namespace /'
            losetup --list --noheadings --output NAME,BACK-FILE | grep -F "$id" | sed 's/^/loop /'
            find /sys/fs/cgroup -type d -path "*$id*" | sed 's/^/cgroup /'
            for process in /proc/[0-9]*; do
              # Not this shell, and not the dead that only wait for their parent to take note.
              if [ "$process" = "/proc/$$" ] || grep -qs '^State:.Z' "$process/status"; then continue; fi
              if tr '\0' ' ' < "$process/cmdline" 2>/dev/null | grep -qF "$id" || grep -qF "$id" "$process/cgroup" 2>/dev/null; then
                echo "process $process: $(tr '\0' ' ' < "$process/cmdline" 2>/dev/null)"
              fi
            done
            """;
        const string Files = "\nfind /var/lib/agentworks/machines /run/netns -maxdepth 1 -name \"*$id*\" | sed 's/^/file /'\n";
        var result = await fixture.Processes.RunAsync(
            "/bin/sh", ["-c", filesToo ? Look + Files : Look, "look", id], new ProcessOptions(), CancellationToken.None);
        return result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
