using System.Diagnostics;
using System.Text.Json;
using Agentworks.Errors;
using Agentworks.Model;
using Agentworks.Ports;
using Agentworks.Transport;

namespace Agentworks.PortForwards;

/// <summary>
/// The process that keeps one port forward open, and the private folder in which it lives: who it is (holder, ssh), the ways to the
/// machine (routes), whether the connection stands (connected) and ssh's last words (log). It outlives us, and it ends when the folder goes.
/// </summary>
/// <remarks>Run on Linux only so far. On macOS perl stands in for setsid; on Windows port-forward.ps1 for port-forward.sh.</remarks>
internal sealed class ForwardProcess(string folder, IProcessRunner processes)
{
    private const UnixFileMode OwnerOnlyFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerOnlyFolder = OwnerOnlyFile | UnixFileMode.UserExecute;
    private static readonly TimeSpan EndingTime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>The command that ssh is to run when the port is open; for a shell of this computer.</summary>
    public string WhenConnected => OperatingSystem.IsWindows()
        ? $"type nul > \"{In("connected")}\""
        : $"touch -- {PosixShell.Quote(In("connected"))}";

    public bool HasConnected => File.Exists(In("connected"));

    /// <summary>Its pid; null when it does not run.</summary>
    public int? FindPid() => HostProcess.Read(In("holder")) is { } holder && IsAlive(holder) ? holder.Pid : null;

    /// <summary>The last of what ssh said; null for nothing.</summary>
    public string? LastWords()
    {
        try
        {
            return File.ReadLines(In("log")).LastOrDefault(line => line.Trim().Length > 0) is { } line ? TerminalText.Escape(line.Trim()) : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Takes effect when the connection is made the next time.</summary>
    public void WriteRoutes(IReadOnlyList<InteractiveCommand> routes)
    {
        var fresh = In("routes.new");
        File.WriteAllLines(fresh, routes.Select(route => OperatingSystem.IsWindows()
            ? JsonSerializer.Serialize<string[]>([route.FileName, .. route.Arguments])
            : PosixShell.QuoteAll([route.FileName, .. route.Arguments])));
        File.Move(fresh, In("routes"), overwrite: true);
    }

    /// <summary>Starts it, in a session of its own. Returns when it has said who it is.</summary>
    public async Task StartAsync(IReadOnlyList<InteractiveCommand> routes, CancellationToken cancellationToken)
    {
        Prepare();
        WriteRoutes(routes);
        if (OperatingSystem.IsWindows())
        {
            StartOnWindows();
        }
        else
        {
            await StartOnUnixAsync(cancellationToken).ConfigureAwait(false);
        }

        await UntilAsync(() => FindPid() is not null, EndingTime, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends it and its ssh, and removes the folder. Nothing happens when there is none.</summary>
    public async Task EndAsync()
    {
        if (!await EndedAsync(HostProcess.Terminate).ConfigureAwait(false))
        {
            await EndedAsync(HostProcess.Kill).ConfigureAwait(false);
        }

        // What was not reached by a signal ends itself when this is gone.
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<bool> EndedAsync(int signal)
    {
        var (holder, ssh) = (HostProcess.Read(In("holder")), HostProcess.Read(In("ssh")));
        if (holder is null || !(IsAlive(holder) || (ssh is not null && IsAlive(ssh))))
        {
            return true;
        }

        if (OperatingSystem.IsWindows())
        {
            KillTree(holder.Pid);
        }
        else
        {
            holder.SignalGroup(signal);
        }

        return await UntilAsync(() => !IsAlive(holder) && (ssh is null || !IsAlive(ssh)), EndingTime, CancellationToken.None).ConfigureAwait(false);
    }

    private void Prepare()
    {
        foreach (var path in new[] { Path.GetDirectoryName(folder)!, folder })
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(path);
            }
            else
            {
                Directory.CreateDirectory(path, OwnerOnlyFolder);
            }
        }

        foreach (var old in new[] { "holder", "ssh", "connected", "log" })
        {
            File.Delete(In(old));
        }

        var script = OperatingSystem.IsWindows() ? "port-forward.ps1" : "port-forward.sh";
        File.WriteAllText(In(script), EmbeddedText.Read(script));
    }

    private async Task StartOnUnixAsync(CancellationToken cancellationToken)
    {
        // The pipes to us are let go first, or we would wait for it to end.
        const string detached = "exec </dev/null >/dev/null 2>&1; exec \"$@\"";
        string[] session = processes.Find("setsid") is { } setsid
            ? [setsid, "--fork"]
            : [processes.Find("perl") ?? "perl", "-MPOSIX=setsid", "-e", "exit if fork; setsid; exec @ARGV"];
        await processes.RunAsync(
            "/bin/sh",
            ["-c", detached, "detach", .. session, "/bin/sh", In("port-forward.sh"), folder],
            new ProcessOptions(Timeout: TimeSpan.FromSeconds(10), WorkingDirectory: "/"),
            cancellationToken).ConfigureAwait(false);
    }

    private void StartOnWindows()
    {
        var start = new ProcessStartInfo(processes.Find("pwsh") ?? "pwsh") { UseShellExecute = false, CreateNoWindow = true };
        foreach (var argument in new[] { "-NoLogo", "-NoProfile", "-NonInteractive", "-File", In("port-forward.ps1"), folder })
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)
            ?? throw new PrerequisiteMissingException("pwsh could not be started.") { Target = "pwsh" };
    }

    // Elsewhere than on Linux only the pid is known, which might be another's by now.
    private static bool IsAlive(HostProcess process)
    {
        if (OperatingSystem.IsLinux())
        {
            return process.IsAlive();
        }

        try
        {
            using var found = Process.GetProcessById(process.Pid);
            return !found.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static void KillTree(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            // It is gone.
        }
    }

    private static async Task<bool> UntilAsync(Func<bool> holds, TimeSpan limit, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        while (!holds())
        {
            if (Stopwatch.GetElapsedTime(began) > limit)
            {
                return false;
            }

            await Task.Delay(Pause, cancellationToken).ConfigureAwait(false);
        }

        return true;
    }

    private string In(string name) => Path.Combine(folder, name);
}
