using Agentworks.Platforms.Nspawn;
using Agentworks.Ports;

namespace Agentworks.Tests.EndToEnd.Support;

/// <summary>The end of a machine at once: of nspawn, and of the machine's init, with which goes all that runs in there. A machine runs on without nspawn.</summary>
internal static class PowerCut
{
    /// <summary>What was killed; null when there is nothing to hit, because the machine is off or has only begun to start.</summary>
    public static IReadOnlyList<HostProcess>? Strike(string id)
    {
        if (HostProcess.Read(new NspawnLayout(NspawnLayout.DefaultRoot).For(id).Run) is not { } nspawn || !nspawn.IsAlive()
            || new MachineCgroup(id).FindInit() is not { } pid || LinuxProcess.StartOf(pid) is not { } start)
        {
            return null;
        }

        var init = new HostProcess(pid, start, nspawn.BootId);
        nspawn.Signal(HostProcess.Kill);
        init.Signal(HostProcess.Kill);
        return [nspawn, init];
    }

    /// <summary>Hits the machine as soon as it can be hit: now, or when it starts in what is going on.</summary>
    /// <param name="find">Its id, once there is one.</param>
    /// <param name="over">Ends when nothing is going on any more.</param>
    /// <returns>Whether it was hit. It is gone then.</returns>
    public static async Task<bool> StrikeSoonAsync(Func<string?> find, Task over)
    {
        while (true)
        {
            var last = over.IsCompleted;
            if (find() is { } id && Strike(id) is { } hit)
            {
                await Eventually.BecomesAsync(() => Task.FromResult(hit.All(process => !process.IsAlive())), "what was killed is gone");
                return true;
            }

            if (last)
            {
                return false;
            }

            await Task.Delay(1, CancellationToken.None);
        }
    }
}
