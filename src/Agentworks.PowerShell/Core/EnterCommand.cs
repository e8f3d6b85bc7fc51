using System.Diagnostics;
using System.Management.Automation;
using Agentworks.Errors;
using Agentworks.Transport;

namespace Agentworks.PowerShell;

/// <summary>Hands the operator's terminal to a shell or session, and takes it back.</summary>
public abstract class EnterCommand : AgentworksCommand
{
    protected override void Begin()
    {
        if (WhyNotInteractive() is { } reason)
        {
            ThrowTerminatingError(ErrorFactory.Create(
                new NotInteractiveException($"{MyInvocation.MyCommand.Name} needs a terminal: {reason}.")
                {
                    Recommendation = "Use Invoke-AgwCommand, Get-AgwSessionLog or Send-AgwSessionInput from scripts.",
                },
                input: null));
        }
    }

    /// <summary>Of two tmuxes in one terminal, the outer takes the prefix key.</summary>
    private protected static void RefuseNesting(bool allowed)
    {
        if (!allowed && !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("TMUX")))
        {
            throw new EngineFailure(new InvalidRequestException("This terminal is inside tmux: its prefix key would catch that of the session.")
            {
                Recommendation = "Use a terminal outside tmux, or add -AllowNesting.",
            });
        }
    }

    /// <summary>The one thing to enter: a terminal cannot be in two places.</summary>
    private protected T? One<T>(IReadOnlyList<(T Item, object Input)> found, object? input)
        where T : class
    {
        if (found.Count > 1)
        {
            WriteFailure(new InvalidRequestException($"One can be entered at a time, and {found.Count} match: {string.Join(", ", found.Select(f => f.Item))}."), input);
        }
        return found.Count == 1 ? found[0].Item : null;
    }

    private protected void HandOver(Func<CancellationToken, Task<InteractiveCommand>> prepare)
    {
        var command = Await(prepare);
        var start = new ProcessStartInfo(command.FileName) { UseShellExecute = false };
        foreach (var argument in command.Arguments)
        {
            start.ArgumentList.Add(argument);
        }

        // As PowerShell does around programs of its own: the host saves and restores the console's mode and title.
        Host.NotifyBeginApplication();
        try
        {
            using var process = Start(start);

            // No stopping here: in a terminal Ctrl-C belongs to the program in it.
            process.WaitForExit();
            SessionState.PSVariable.Set("global:LASTEXITCODE", process.ExitCode);
        }
        finally
        {
            Host.NotifyEndApplication();
        }
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return System.Diagnostics.Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new EngineFailure(new PrerequisiteMissingException($"{start.FileName} could not be started: {e.Message}") { Target = start.FileName });
        }
    }

    private string? WhyNotInteractive()
    {
        if (Host.Name != "ConsoleHost")
        {
            return SessionState.PSVariable.Get("PSSenderInfo") is null ? $"the host '{Host.Name}' is not a console" : "this is a remote session";
        }
        if (Environment.GetCommandLineArgs().Skip(1).TakeWhile(a => !a.StartsWith("-c", StringComparison.OrdinalIgnoreCase)).Any(IsNonInteractive))
        {
            return "PowerShell runs with -NonInteractive";
        }
        if (Console.IsInputRedirected || Console.IsOutputRedirected)
        {
            return "input or output is redirected";
        }
        return MyInvocation.PipelinePosition < MyInvocation.PipelineLength ? "it must be the last command of its pipeline" : null;
    }

    private static bool IsNonInteractive(string argument) =>
        argument.StartsWith("-noni", StringComparison.OrdinalIgnoreCase) || argument.StartsWith("/noni", StringComparison.OrdinalIgnoreCase);
}
