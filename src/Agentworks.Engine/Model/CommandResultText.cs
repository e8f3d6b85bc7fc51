using System.Globalization;

namespace Agentworks.Model;

/// <summary>The words in which a command's result is shown to a person.</summary>
public static class CommandResultText
{
    /// <summary>One line: where and as whom it ran, and how it ended when that was not well.</summary>
    public static string Header(AgwCommandResult result)
    {
        var where = result.Workspace is null ? result.Vm : $"{result.Workspace} on {result.Vm}";
        var who = result.Agent is null ? string.Empty : $" as {result.Agent}";
        var end = result switch
        {
            { TimedOut: true } => ": timed out",
            { Signal: { } signal } => $": ended by signal {signal}",
            { ExitCode: not 0 } => $": exit status {result.ExitCode.ToString(CultureInfo.InvariantCulture)}",
            _ => string.Empty,
        };
        return TerminalText.EscapeLine(where + who + end);
    }

    /// <summary>What it wrote, safe to show: standard output, standard error, and a note of what was dropped.</summary>
    public static string Body(AgwCommandResult result)
    {
        string?[] parts =
        [
            TerminalText.Escape(result.Output.TrimEnd('\r', '\n')),
            TerminalText.Escape(result.ErrorOutput.TrimEnd('\r', '\n')),
            Dropped("output", result.OutputLength - result.OutputBytes.Length),
            Dropped("error output", result.ErrorLength - result.ErrorBytes.Length),
        ];
        return string.Join('\n', parts.Where(part => !string.IsNullOrEmpty(part)));
    }

    private static string? Dropped(string what, long bytes) =>
        bytes <= 0 ? null : string.Create(CultureInfo.InvariantCulture, $"[{bytes} bytes of {what} dropped]");
}
