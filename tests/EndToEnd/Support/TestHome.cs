using System.Globalization;
using Agentworks.Ports;
using Agentworks.Tests.Shared;

namespace Agentworks.Tests.EndToEnd.Support;

/// <summary>
/// An operator's folder for one test run. Its name carries the process that made it: its pid, when it started in clock ticks since boot, and
/// which boot. So the next run can find and clear what a killed one left: machines, mounts and all.
/// </summary>
public sealed class TestHome : IAsyncDisposable
{
    private const string Prefix = "agentworks-test-";
    private static readonly string Boot = LinuxProcess.BootId()[..8];

    private TestHome(string path) => Path = path;

    public string Path { get; }

    public static async Task<TestHome> CreateAsync()
    {
        await SweepAsync();
        var path = System.IO.Path.Combine(
            System.IO.Path.GetTempPath(),
            string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Environment.ProcessId}-{LinuxProcess.StartOf(Environment.ProcessId)}-{Boot}-{Guid.NewGuid().ToString("N")[..6]}"));
        Directory.CreateDirectory(path);
        return new TestHome(path);
    }

    public async ValueTask DisposeAsync() => await ClearAsync(Path);

    private static async Task SweepAsync()
    {
        await using var held = await SweepLock.TakeAsync();
        foreach (var folder in Directory.GetDirectories(System.IO.Path.GetTempPath(), Prefix + "*"))
        {
            var parts = System.IO.Path.GetFileName(folder)[Prefix.Length..].Split('-');
            if (parts.Length == 4 && (parts[2] != Boot || LinuxProcess.StartOf(int.Parse(parts[0], CultureInfo.InvariantCulture)) != long.Parse(parts[1], CultureInfo.InvariantCulture)))
            {
                await ClearAsync(folder);
            }
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
