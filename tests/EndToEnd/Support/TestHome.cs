using System.Diagnostics;
using System.Globalization;
using Agentworks.Tests.Shared;
using Agentworks.Transport;

namespace Agentworks.Tests.EndToEnd.Support;

/// <summary>
/// An operator's folder for one test run. Its name carries the process that made it, so that the next run can find and clear what a
/// killed one left: machines, mounts and all.
/// </summary>
public sealed class TestHome : IAsyncDisposable
{
    private const string Prefix = "agentworks-test-";

    private TestHome(string path) => Path = path;

    public string Path { get; }

    public static async Task<TestHome> CreateAsync()
    {
        await SweepAsync();
        var self = Process.GetCurrentProcess();
        var stamp = new DateTimeOffset(self.StartTime).ToUnixTimeSeconds();
        var path = System.IO.Path.Combine(
            System.IO.Path.GetTempPath(),
            string.Create(CultureInfo.InvariantCulture, $"{Prefix}{self.Id}-{stamp}-{Guid.NewGuid().ToString("N")[..6]}"));
        Directory.CreateDirectory(path);
        return new TestHome(path);
    }

    public async ValueTask DisposeAsync() => await ClearAsync(Path);

    private static async Task SweepAsync()
    {
        // One at a time: collections and runs begin at once, and would clear the same.
        await using var held = await FileLock.TakeAsync(System.IO.Path.Combine(System.IO.Path.GetTempPath(), "agentworks-tests.lock"), CancellationToken.None);
        foreach (var folder in Directory.GetDirectories(System.IO.Path.GetTempPath(), Prefix + "*"))
        {
            var parts = System.IO.Path.GetFileName(folder)[Prefix.Length..].Split('-');
            if (parts.Length == 3 && !IsAlive(int.Parse(parts[0], CultureInfo.InvariantCulture), long.Parse(parts[1], CultureInfo.InvariantCulture)))
            {
                await ClearAsync(folder);
            }
        }
    }

    private static bool IsAlive(int pid, long started)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            return Math.Abs(new DateTimeOffset(process.StartTime).ToUnixTimeSeconds() - started) <= 1;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static async Task ClearAsync(string folder)
    {
        if (File.Exists(System.IO.Path.Combine(folder, "agentworks.db")))
        {
            await using var engine = AgentworksEngine.Open(TestOptions.For(folder));
            foreach (var vm in engine.Vms.List())
            {
                await engine.Vms.RemoveAsync(vm.Name, cascade: true, Events.NullEventSink.Instance, CancellationToken.None);
            }
        }

        Directory.Delete(folder, recursive: true);
    }
}
