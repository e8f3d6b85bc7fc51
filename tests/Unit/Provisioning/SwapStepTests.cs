using Agentworks.Events;
using Agentworks.Provisioning;

namespace Agentworks.Tests.Unit.Provisioning;

/// <summary>The kernel's part is played by scripts: swap cannot be switched on for a test.</summary>
public sealed class SwapStepTests : IDisposable
{
    private readonly StepRunner _runner = new();

    public SwapStepTests()
    {
        File.WriteAllText(At("swaps"), "Filename Type Size Used Priority\n");
        File.WriteAllText(At("fstab"), "/dev/sda1 / ext4 defaults 0 1\n");
        _runner.Replace("systemd-detect-virt", "echo none; exit 1");
        _runner.Replace("fallocate", "truncate -s \"$2\" \"$3\"");
        _runner.Replace("dd", "truncate -s 1G \"$files/swap\"");
        _runner.Replace("mkswap", "test -s \"$2\"");
        _runner.Replace("swapon", "echo \"$1 file $(($(stat -c %s \"$1\") / 1024 - 4)) 0 -2\" >> \"$files/swaps\"");
        _runner.Replace("swapoff", "sed -i \"\\|^$1 |d\" \"$files/swaps\"");
        _runner.Replace("df", "echo Avail; echo 9000000");
    }

    public void Dispose() => _runner.Dispose();

    private string At(string name) => Path.Combine(_runner.Folder, name);

    private async Task<StepState> RunAsync(int gib) => (await _runner.RunAsync(_runner.Move(SwapStep.Create(gib), "/var/lib/agentworks/swap", "/proc/swaps", "/etc/fstab"))).State;

    // The file must belong to root.
    private static bool IsRoot => Environment.UserName == "root";

    [Fact]
    public async Task ItIsMadeOnceGrowsAndGoesWithTheDeclaration()
    {
        if (!IsRoot)
        {
            return;
        }

        Assert.Equal([StepState.Changed, StepState.Ok], [await RunAsync(1), await RunAsync(1)]);
        Assert.Equal([StepState.Changed, StepState.Ok], [await RunAsync(2), await RunAsync(2)]);
        Assert.Equal(2L << 30, new FileInfo(At("swap")).Length);
        Assert.Equal(2, (await File.ReadAllLinesAsync(At("fstab"))).Length);

        await File.WriteAllTextAsync(At("swaps"), "Filename Type Size Used Priority\n");
        Assert.Equal([StepState.Changed, StepState.Ok], [await RunAsync(2), await RunAsync(2)]);

        Assert.Equal([StepState.Changed, StepState.Ok], [await RunAsync(0), await RunAsync(0)]);
        Assert.False(File.Exists(At("swap")));
        Assert.Single(await File.ReadAllLinesAsync(At("fstab")));
    }

    [Fact]
    public async Task WhereFallocateDoesNotDoItIsWrittenOut()
    {
        if (!IsRoot)
        {
            return;
        }

        _runner.Replace("fallocate", "exit 1");
        Assert.Equal([StepState.Changed, StepState.Ok], [await RunAsync(1), await RunAsync(1)]);
    }

    [Fact]
    public async Task TheMachinesOwnSwapIsEnough()
    {
        await File.AppendAllTextAsync(At("swaps"), "/dev/sda2 partition 4194300 0 -2\n");
        Assert.Equal(StepState.Ok, await RunAsync(4));
        Assert.False(File.Exists(At("swap")));
    }

    [Fact]
    public async Task WithoutRoomOrInAContainerThereIsNone()
    {
        _runner.Replace("df", "echo Avail; echo 1500000");
        Assert.Equal(StepState.Unsupported, await RunAsync(1));
        _runner.Replace("systemd-detect-virt", "echo systemd-nspawn");
        Assert.Equal(StepState.Unsupported, await RunAsync(1));
        Assert.Equal(StepState.Ok, await RunAsync(0));
        Assert.False(File.Exists(At("swap")));
    }
}
