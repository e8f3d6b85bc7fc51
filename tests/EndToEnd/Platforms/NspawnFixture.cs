using System.Globalization;
using System.Security.Cryptography;
using Agentworks.Events;
using Agentworks.Platforms;
using Agentworks.Platforms.Nspawn;
using Agentworks.Ports;
using Agentworks.Tests.EndToEnd.Support;

namespace Agentworks.Tests.EndToEnd.Platforms;

/// <summary>
/// Real machines for the tests of one class. Every machine carries an owner tag that names this test process; what a killed run left
/// behind is found by the tags of processes that are gone, and removed first.
/// </summary>
public sealed class NspawnFixture : IAsyncLifetime
{
    private const string TagPrefix = "platform-test-";
    private readonly List<PlatformMachine> made = [];

    public ProcessRunner Processes { get; } = new();
    public NspawnLayout Layout { get; } = new(NspawnLayout.DefaultRoot);
    public NspawnPlatform Platform { get; }
    public string OwnerTag { get; } = TagPrefix + Environment.ProcessId + "-" + LinuxProcess.StartOf(Environment.ProcessId);

    public NspawnFixture() => Platform = new NspawnPlatform(Processes, TimeProvider.System);

    public async Task InitializeAsync()
    {
        if (new MachineFactAttribute().Skip is not null)
        {
            return;
        }

        await using (await SweepLock.TakeAsync())
        {
            foreach (var machine in Leftovers())
            {
                await Platform.RemoveAsync(machine, CancellationToken.None);
            }
        }

        await new NspawnImageStore(Processes, TimeProvider.System, Layout)
            .EnsureAsync(ImageInputs.Default(), NullEventSink.Instance, CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        foreach (var machine in made)
        {
            await Platform.RemoveAsync(machine, CancellationToken.None);
        }
    }

    public MachineSpec NewSpec(string name = "t")
    {
        var spec = Describe("t" + RandomNumberGenerator.GetHexString(9, lowercase: true), name);
        lock (made)
        {
            made.Add(new PlatformMachine(spec, "{}"));
        }

        return spec;
    }

    public async Task<PlatformMachine> StartNewAsync(string name = "t", IEventSink? events = null)
    {
        var machine = await Platform.CreateAsync(NewSpec(name), new ListJournal(), events ?? NullEventSink.Instance, CancellationToken.None);
        await Platform.StartAsync(machine, events ?? NullEventSink.Instance, CancellationToken.None);
        return machine;
    }

    /// <summary>Runs a command line as root in the machine, through the platform's own shell.</summary>
    public async Task<ProcessResult> ShellAsync(PlatformMachine machine, string commandLine)
    {
        var shell = Platform.GetPlatformShell(machine)!;
        var options = new ProcessOptions(Timeout: TimeSpan.FromMinutes(2));
        return await Processes.RunAsync(shell.FileName, [.. shell.Arguments, commandLine], options, CancellationToken.None);
    }

    public async Task<string> ReadAsync(PlatformMachine machine, string commandLine)
    {
        var result = await ShellAsync(machine, commandLine);
        Assert.True(result.Succeeded, $"{commandLine}: {result.ExitCode}\n{result.Output}\n{result.Error}");
        return result.Output.Trim();
    }

    public NspawnPaths PathsOf(PlatformMachine machine) => Layout.For(machine.Spec.Id);

    private IEnumerable<PlatformMachine> Leftovers()
    {
        var folders = Directory.Exists(Layout.Machines) ? Directory.GetDirectories(Layout.Machines) : [];
        foreach (var folder in folders)
        {
            if (OwnerRecord.Read(Path.Combine(folder, "owner.json")) is { } record && record.Owner.StartsWith(TagPrefix, StringComparison.Ordinal) && !IsAlive(record.Owner[TagPrefix.Length..].Split('-')))
            {
                yield return new PlatformMachine(Describe(Path.GetFileName(folder), "left") with { Dedicated = record.Dedicated }, "{}");
            }
        }
    }

    private MachineSpec Describe(string id, string name) => new()
    {
        Id = id,
        Name = name,
        HostName = "nspawn--" + name + "-" + id,
        OwnerTag = OwnerTag,
        DiskGiB = 2,
        WorkspacesPath = "/opt/agentworks/workspaces",
    };

    private static bool IsAlive(string[] words) => LinuxProcess.StartOf(int.Parse(words[0], CultureInfo.InvariantCulture)) == long.Parse(words[1], CultureInfo.InvariantCulture);
}
