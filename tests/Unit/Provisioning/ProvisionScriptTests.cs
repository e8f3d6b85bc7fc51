using Agentworks.Events;
using Agentworks.Ports;
using Agentworks.Provisioning;

namespace Agentworks.Tests.Unit.Provisioning;

/// <summary>The compiled script, run by a real /bin/sh on this computer in a folder of its own.</summary>
public sealed class ProvisionScriptTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("agentworks-unit-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<(int ExitCode, IReadOnlyList<StepResult> Steps)> RunAsync(params ProvisionStep[] steps)
    {
        var script = Path.Combine(_folder, Guid.NewGuid().ToString("N"));
        await File.WriteAllTextAsync(script, ProvisionScript.Compile(steps));
        var result = await new ProcessRunner().RunAsync("/bin/sh", [script], null, CancellationToken.None);
        return (result.ExitCode, [.. result.Output.Split('\n').Select(ProvisionScript.Parse).OfType<StepResult>().Where(step => step.State != StepState.Running)]);
    }

    private ProvisionStep Touch(string name, bool fatal = false) => new(
        name, "[ -e \"$file\" ]", "touch \"$file\"", fatal, new Dictionary<string, string>(StringComparer.Ordinal) { ["file"] = Path.Combine(_folder, name) });

    [Fact]
    public async Task TheFirstRunChangesAndTheSecondDoesNot()
    {
        var first = await RunAsync(Touch("a"), Touch("b"));
        var second = await RunAsync(Touch("a"), Touch("b"));
        Assert.All(first.Steps, step => Assert.Equal(StepState.Changed, step.State));
        Assert.All(second.Steps, step => Assert.Equal(StepState.Ok, step.State));
        Assert.Equal(2, second.Steps.Count);
    }

    [Fact]
    public async Task OnlyWhatDriftedIsRepaired()
    {
        await RunAsync(Touch("a"), Touch("b"));
        File.Delete(Path.Combine(_folder, "b"));
        var (_, steps) = await RunAsync(Touch("a"), Touch("b"));
        Assert.Equal([StepState.Ok, StepState.Changed], steps.Select(step => step.State));
    }

    [Fact]
    public async Task AStepThatOnlyClaimsToHaveWorkedHasFailed()
    {
        var (exitCode, steps) = await RunAsync(new ProvisionStep("liar", "false", "true", false, new Dictionary<string, string>(StringComparer.Ordinal)), Touch("after"));
        Assert.Equal([StepState.Failed, StepState.Changed], steps.Select(step => step.State));
        Assert.Equal(0, exitCode);
    }

    [Fact]
    public async Task AfterAFatalFailureNothingRuns()
    {
        var (exitCode, steps) = await RunAsync(
            new ProvisionStep("fatal", "false", "echo the reason >&2; false", true, new Dictionary<string, string>(StringComparer.Ordinal)), Touch("after"));
        Assert.Equal("the reason", Assert.Single(steps).Detail);
        Assert.NotEqual(0, exitCode);
        Assert.False(File.Exists(Path.Combine(_folder, "after")));
    }

    [Fact]
    public async Task WhatAMachineCannotHaveIsToldAndIsNoFailure()
    {
        var (exitCode, steps) = await RunAsync(
            new ProvisionStep("cannot", "false", "echo not here; exit 77", true, new Dictionary<string, string>(StringComparer.Ordinal)));
        Assert.Equal(new StepResult("cannot", StepState.Unsupported, "not here"), Assert.Single(steps));
        Assert.Equal(0, exitCode);
    }

    [Fact]
    public async Task AFailureInTheMiddleOfAScriptIsNotOverlooked()
    {
        var (_, steps) = await RunAsync(new ProvisionStep("middle", "false", "false\ntouch should-not", false, new Dictionary<string, string>(StringComparer.Ordinal)));
        Assert.Equal(StepState.Failed, Assert.Single(steps).State);
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("it's \"quoted\" $(touch x) `y` \\ \n second line\t*")]
    [InlineData("-n")]
    [InlineData("")]
    public async Task FilesArriveAsTheyWereWritten(string content)
    {
        var path = Path.Combine(_folder, "sub dir", "file");
        var step = FileStep.Create("file", [new MachineFile(path, "0640", content)]);
        if (Environment.UserName != "root")
        {
            return; // Files belong to root, which only root can bring about.
        }

        var first = await RunAsync(step);
        Assert.Equal(StepState.Changed, Assert.Single(first.Steps).State);
        Assert.Equal(content, await File.ReadAllTextAsync(path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(path));
        Assert.Equal(StepState.Ok, Assert.Single((await RunAsync(step)).Steps).State);
        File.SetUnixFileMode(path, UnixFileMode.UserRead);
        Assert.Equal(StepState.Changed, Assert.Single((await RunAsync(step)).Steps).State);
    }
}
