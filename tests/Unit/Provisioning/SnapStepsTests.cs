using Agentworks.Events;
using Agentworks.Provisioning;

namespace Agentworks.Tests.Unit.Provisioning;

/// <summary>snap is played by a script: snapd cannot run in a container.</summary>
public sealed class SnapStepsTests : IDisposable
{
    private readonly StepRunner _runner = new();

    public SnapStepsTests()
    {
        Directory.CreateDirectory(Path.Combine(_runner.Folder, "installed"));
        _runner.Replace("systemd-detect-virt", "echo none; exit 1");
        _runner.Replace("snap", """
            case $1 in
            wait) ;;
            list) test -e "$files/installed/$2" ;;
            install) case $2 in bad*) echo "error: snap \"$2\" not found"; exit 1 ;; esac; echo "$*" > "$files/installed/$2" ;;
            remove) rm "$files/installed/$2" ;;
            esac
            """);
    }

    public void Dispose() => _runner.Dispose();

    private IEnumerable<string> Installed => Directory.GetFiles(Path.Combine(_runner.Folder, "installed")).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal);

    private Task<StepResult> RunAsync(params string[] snaps) => _runner.RunAsync(_runner.Move(SnapSteps.Create(snaps), "/etc/agentworks/snaps"));

    [Fact]
    public async Task TheyComeWithTheirOptionsAndGoWithTheDeclaration()
    {
        await File.WriteAllTextAsync(Path.Combine(_runner.Folder, "installed", "own"), string.Empty);
        Assert.Equal(StepState.Changed, (await RunAsync("hello", "code --classic", "own")).State);
        Assert.Equal("install code --classic\n", await File.ReadAllTextAsync(Path.Combine(_runner.Folder, "installed", "code")));
        Assert.Equal(StepState.Ok, (await RunAsync("hello", "code --classic", "own")).State);
        Assert.Equal(StepState.Changed, (await RunAsync("code --classic")).State);

        // What was there before us is not ours to remove.
        Assert.Equal(["code", "own"], Installed);
        Assert.Equal(StepState.Changed, (await RunAsync()).State);
        Assert.Equal(["own"], Installed);
        Assert.Equal(StepState.Ok, (await RunAsync()).State);
    }

    [Fact]
    public async Task ABadNameIsNamedAndTheOthersAreInstalled()
    {
        var result = await RunAsync("bad-one", "hello");
        Assert.Equal(StepState.Failed, result.State);
        Assert.Contains("bad-one", result.Detail, StringComparison.Ordinal);
        Assert.Equal(["hello"], Installed);
    }

    [Fact]
    public async Task InAContainerTheyAreUnsupportedAlsoWhenOnlyLookedAt()
    {
        _runner.Replace("systemd-detect-virt", "echo lxc");
        Assert.Equal(StepState.Unsupported, (await RunAsync("hello")).State);
        Assert.Equal(StepState.Unsupported, (await _runner.RunAsync(SnapSteps.Create(["hello"]), checkOnly: true)).State);
        Assert.Equal(StepState.Ok, (await RunAsync()).State);
    }
}
