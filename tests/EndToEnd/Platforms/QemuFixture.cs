using System.Globalization;
using System.Security.Cryptography;
using Agentworks.Events;
using Agentworks.Platforms;
using Agentworks.Platforms.Qemu;
using Agentworks.Ports;
using Agentworks.Provisioning;
using Agentworks.Tests.EndToEnd.Support;
using Agentworks.Transport;

namespace Agentworks.Tests.EndToEnd.Platforms;

/// <summary>
/// One dedicated machine for all tests, made and booted once. Each machine carries an owner tag that names this test process; what a killed
/// run left behind is found by the tags of processes that are gone, and removed first.
/// </summary>
public sealed class QemuFixture : IAsyncLifetime
{
    private const string TagPrefix = "qemu-test-";
    private readonly List<PlatformMachine> made = [];

    public ProcessRunner Processes { get; } = new();
    public QemuLayout Layout { get; } = new(QemuLayout.DefaultRoot);
    public QemuPlatform Platform { get; }
    public string OwnerTag { get; } = TagPrefix + Environment.ProcessId + "-" + LinuxProcess.StartOf(Environment.ProcessId);
    public PlatformMachine Machine { get; private set; } = null!;

    public QemuFixture() => Platform = new QemuPlatform(Processes, TimeProvider.System);

    public async Task InitializeAsync()
    {
        if (new QemuFactAttribute().Skip is not null)
        {
            return;
        }

        await SweepAsync();
        Machine = await Platform.CreateAsync(NewSpec("one"), new ListJournal(), NullEventSink.Instance, CancellationToken.None);
        await Platform.StartAsync(Machine, NullEventSink.Instance, CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        foreach (var machine in made)
        {
            await Platform.RemoveAsync(machine, CancellationToken.None);
        }
    }

    public MachineSpec NewSpec(string name)
    {
        var id = "t" + RandomNumberGenerator.GetHexString(9, lowercase: true);
        var spec = new MachineSpec
        {
            Id = id,
            Name = name,
            HostName = name + "-" + id,
            OwnerTag = OwnerTag,
            Cpus = 1,
            MemoryMiB = 320,
            DiskGiB = 21,
            Dedicated = true,
            Network = NetworkRules.Closed,
            WorkspacesPath = PreparedMachine.Path,
        };
        made.Add(new PlatformMachine(spec, "{}"));
        return spec;
    }

    /// <summary>Runs a command line as root in the machine, through the platform's own shell.</summary>
    public async Task<string> ReadAsync(PlatformMachine machine, string script)
    {
        await using var shell = new MachineShell(Platform.GetPlatformShell(machine)!);
        var result = await shell.RunAsync(new RemoteCommand { Script = script, Timeout = TimeSpan.FromMinutes(2) }, null, CancellationToken.None);
        Assert.True(result.Succeeded, $"{script}: {result.ExitCode}\n{result.OutputText}\n{result.ErrorText}");
        return result.OutputText.Trim();
    }

    internal HostProcess Qemu(PlatformMachine machine) => HostProcess.Read(Layout.For(machine.Spec.Id).Run)!;

    internal void Record(PlatformMachine machine, Func<QemuRecord, QemuRecord> change)
    {
        var file = Layout.For(machine.Spec.Id).Record;
        change(QemuRecord.Read(file)!).Write(file);
    }

    private async Task SweepAsync()
    {
        await using var held = await SweepLock.TakeAsync();
        var folders = Directory.Exists(Layout.Machines) ? Directory.GetDirectories(Layout.Machines) : [];
        foreach (var record in folders.Select(f => QemuRecord.Read(Path.Combine(f, "machine.json"))).OfType<QemuRecord>())
        {
            if (record.Spec.OwnerTag.StartsWith(TagPrefix, StringComparison.Ordinal) && !IsAlive(record.Spec.OwnerTag[TagPrefix.Length..].Split('-')))
            {
                await Platform.RemoveAsync(new PlatformMachine(record.Spec, "{}"), CancellationToken.None);
            }
        }
    }

    private static bool IsAlive(string[] words) =>
        LinuxProcess.StartOf(int.Parse(words[0], CultureInfo.InvariantCulture)) == long.Parse(words[1], CultureInfo.InvariantCulture);
}
