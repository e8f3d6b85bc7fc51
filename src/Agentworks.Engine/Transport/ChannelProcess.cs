using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Agentworks.Errors;

namespace Agentworks.Transport;

/// <summary>The local child process of a channel: its streams, the end of what it wrote to standard error, and its end.</summary>
internal sealed partial class ChannelProcess
{
    private const int ErrorTailBytes = 4096;
    private const int Terminate = 15;
    private static readonly TimeSpan OrderlyEnd = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan ShortWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LastWait = TimeSpan.FromSeconds(2);
    private readonly Process _process;
    private readonly Stream _errors;
    private readonly byte[]? _marker;
    private readonly TaskCompletionSource _errorEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly object _lock = new();
    private byte[] _errorTail = [];
    private bool _reached;
    private bool _disposed;
    private int? _exitCode;
    private Task? _ended;

    private ChannelProcess(Process process, string? marker)
    {
        _process = process;
        Input = process.StandardInput.BaseStream;
        Output = process.StandardOutput.BaseStream;
        _errors = process.StandardError.BaseStream;
        _marker = marker is null ? null : Encoding.UTF8.GetBytes(marker);
        InBackground("agentworks channel errors", ReadErrors);
    }

    public Stream Input { get; }
    public Stream Output { get; }

    /// <summary>True when the marker of <see cref="ChannelCommand.ReachedMarker"/> was seen.</summary>
    public bool Reached
    {
        get
        {
            lock (_lock)
            {
                return _reached;
            }
        }
    }

    /// <summary>It is gone, and nobody whom it left behind could still say or send anything.</summary>
    public bool HasEnded => _exitCode is not null && _errorEnded.Task.IsCompleted;

    /// <summary>The last 4 KiB of standard error.</summary>
    public string ErrorTail
    {
        get
        {
            lock (_lock)
            {
                return Encoding.UTF8.GetString(_errorTail);
            }
        }
    }

    public static ChannelProcess Start(ChannelCommand command, string commandLine)
    {
        var process = new Process { StartInfo = Describe(command, commandLine) };
        try
        {
            process.Start();
        }
        catch (Win32Exception e)
        {
            process.Dispose();
            throw new PrerequisiteMissingException($"{command.FileName} could not be started: {e.Message}")
            {
                Target = command.MachineName,
                Recommendation = $"Install {Path.GetFileName(command.FileName)} and make sure that it is on the PATH.",
            };
        }

        return new ChannelProcess(process, command.ReachedMarker);
    }

    /// <summary>A thread that spends its life in blocking reads or writes, which the thread pool must be spared.</summary>
    public static void InBackground(string name, Action work) =>
        new Thread(() => work(), maxStackSize: 256 << 10) { IsBackground = true, Name = name }.Start();

    /// <summary>The exit status once the process and its messages have ended; null when that takes too long.</summary>
    public async Task<int?> WaitAsync(TimeSpan atMost)
    {
        using var limit = new CancellationTokenSource(atMost);
        try
        {
            await _process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
            await _errorEnded.Task.WaitAsync(limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or InvalidOperationException)
        {
            // It takes longer, or has been disposed of by now.
        }

        lock (_lock)
        {
            return _exitCode ??= !_disposed && _process.HasExited ? _process.ExitCode : null;
        }
    }

    /// <summary>
    /// Closes the streams, which ends the far side, then terminates what is left. Not killed: a program on this machine may still have
    /// commands to finish, and ssh has its own children to end.
    /// </summary>
    /// <param name="atOnce">Leaves no time for the orderly way.</param>
    public Task EndAsync(bool atOnce = false)
    {
        lock (_lock)
        {
            return _ended ??= Task.Run(() => EndOnceAsync(atOnce ? TimeSpan.Zero : OrderlyEnd));
        }
    }

    private static ProcessStartInfo Describe(ChannelCommand command, string commandLine)
    {
        var start = new ProcessStartInfo
        {
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (OperatingSystem.IsWindows())
        {
            start.FileName = command.FileName;
        }
        else
        {
            // Ctrl-C and Ctrl-Z at the operator's terminal reach every process of its group; they must not reach the connection.
            start.FileName = "/bin/sh";
            start.ArgumentList.Add("-c");
            start.ArgumentList.Add("trap '' INT QUIT TSTP; exec \"$0\" \"$@\"");
            start.ArgumentList.Add(command.FileName);
        }

        foreach (var argument in command.Arguments.Append(commandLine))
        {
            start.ArgumentList.Add(argument);
        }

        return start;
    }

    private async Task EndOnceAsync(TimeSpan orderly)
    {
        if (orderly == TimeSpan.Zero)
        {
            TerminateNow();
        }

        // Closing may have to wait for a blocked write, which only the end of the process frees.
        var closing = Task.Run(CloseInput);
        if (await WaitAsync(orderly + ShortWait).ConfigureAwait(false) is null)
        {
            TerminateNow();
            await WaitAsync(LastWait).ConfigureAwait(false);
        }

        await closing.WaitAsync(LastWait).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_lock)
        {
            _disposed = _exitCode is not null;
        }

        if (_disposed)
        {
            _process.Dispose();
        }
    }

    private void TerminateNow()
    {
        lock (_lock)
        {
            if (_disposed || _process.HasExited)
            {
                return;
            }

            if (OperatingSystem.IsWindows())
            {
                _process.Kill();
            }
            else
            {
                _ = SendSignal(_process.Id, Terminate);
            }
        }
    }

    private void CloseInput()
    {
        try
        {
            Input.Close();
        }
        catch (IOException)
        {
            // It is closed from the other side.
        }
    }

    private void ReadErrors()
    {
        var buffer = new byte[ErrorTailBytes];
        try
        {
            int read;
            while ((read = _errors.Read(buffer)) > 0)
            {
                lock (_lock)
                {
                    byte[] all = [.. _errorTail, .. buffer.AsSpan(0, read)];
                    _reached |= _marker is not null && all.AsSpan().IndexOf(_marker) >= 0;
                    _errorTail = all.Length > ErrorTailBytes ? all[^ErrorTailBytes..] : all;
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
        }

        _errorEnded.TrySetResult();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SendSignal(int processId, int signal);
}
