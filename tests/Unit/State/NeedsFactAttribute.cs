using System.Diagnostics;

namespace Agentworks.Tests.Unit.State;

/// <summary>A test that needs a command to work here; where it does not, the test is skipped and says which.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NeedsFactAttribute : FactAttribute
{
    public NeedsFactAttribute(params string[] command)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true, UseShellExecute = false })!;
            process.WaitForExit();
            if (process.ExitCode == 0)
            {
                return;
            }
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // There is no such command.
        }

        Skip = $"needs '{string.Join(' ', command)}' to work";
    }
}
