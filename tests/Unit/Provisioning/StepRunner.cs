using System.Diagnostics;
using Agentworks.Events;
using Agentworks.Ports;
using Agentworks.Provisioning;

namespace Agentworks.Tests.Unit.Provisioning;

/// <summary>Runs steps with a real /bin/sh on this computer, with programs of the test's own before all others and files of the machine in a folder.</summary>
public sealed class StepRunner : IDisposable
{
    public StepRunner() => Directory.CreateDirectory(Programs);

    public string Folder { get; } = Directory.CreateTempSubdirectory("agentworks-unit-").FullName;

    private string Programs => Path.Combine(Folder, "bin");

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    /// <summary>Puts a script for /bin/sh in the place of a program; $files is the folder.</summary>
    public void Replace(string program, string script)
    {
        var path = Path.Combine(Programs, program);
        File.WriteAllText(path + ".text", $"#!/bin/sh\nfiles='{Folder}'\n{script}\n");

        // By a process of its own: what this one writes may still be open in a process that another test has just forked, and cannot be executed then.
        using var install = Process.Start("install", ["-m", "0700", path + ".text", path]);
        install.WaitForExit();
        Assert.Equal(0, install.ExitCode);
    }

    /// <summary>The step, with these paths of the machine taken to be in the folder.</summary>
    public ProvisionStep Move(ProvisionStep step, params string[] paths) =>
        step with { Functions = paths.Aggregate(step.Functions, (text, path) => text.Replace(path, Path.Combine(Folder, Path.GetFileName(path)), StringComparison.Ordinal)) };

    public async Task<StepResult> RunAsync(ProvisionStep step, bool checkOnly = false)
    {
        var script = Path.Combine(Folder, "script");
        await File.WriteAllTextAsync(script, $"PATH='{Programs}':$PATH\n" + ProvisionScript.Compile([step], checkOnly));
        var result = await new ProcessRunner().RunAsync("/bin/sh", [script], null, CancellationToken.None);
        return result.Output.Split('\n').Select(ProvisionScript.Parse).OfType<StepResult>().Single(one => one.State != StepState.Running);
    }
}
