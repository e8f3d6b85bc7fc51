using System.Diagnostics;

namespace Agentworks.Tests.Unit.State;

/// <summary>Another process that works on the state; ends with the test.</summary>
internal sealed class WorkerProcess : IDisposable
{
    private readonly Process process;

    public WorkerProcess(params string[] args)
        : this([], args)
    {
    }

    /// <param name="prefix">A command that runs the worker, such as <c>unshare …</c>.</param>
    /// <param name="args">For the worker.</param>
    public WorkerProcess(string[] prefix, string[] args)
    {
        string[] command = [.. prefix, "dotnet", "exec", typeof(StateWorker.Program).Assembly.Location, .. args];
        process = Process.Start(new ProcessStartInfo(command[0], command[1..])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
    }

    public int Id => process.Id;

    public async Task<string?> ReadLineAsync() => await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60));

    /// <summary>All that is left of its output, once it has ended.</summary>
    public async Task<string> ReadToEndAsync()
    {
        var text = await process.StandardOutput.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(120));
        await process.WaitForExitAsync();
        return text;
    }

    /// <summary>Kill -9, and waits until it is gone.</summary>
    public void Kill()
    {
        process.Kill();
        process.WaitForExit();
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            Kill();
        }

        process.Dispose();
    }
}
