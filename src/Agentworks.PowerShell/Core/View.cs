using System.Globalization;
using System.Management.Automation;
using Agentworks.Model;

namespace Agentworks.PowerShell;

/// <summary>What the views in Agentworks.Format.ps1xml call. It shows; it decides nothing.</summary>
public static class View
{
    /// <summary>Text of many lines that a machine may have had a hand in.</summary>
    public static string Text(string? text) => TerminalText.Escape(text);

    /// <summary>The same for one line, such as a table's cell.</summary>
    public static string Line(string? text) => TerminalText.EscapeLine(text);

    /// <summary>A status in the colour of its meaning, from the operator's own $PSStyle; PowerShell drops colours where they are unwanted.</summary>
    public static string Paint(object? status, PSObject style)
    {
        var text = Convert.ToString(status, CultureInfo.InvariantCulture) ?? string.Empty;
        var colour = text switch
        {
            "Running" or "Ok" or "Imported" or "Connected" => "Green",
            "Starting" or "Warning" or "Partial" or "Unknown" or "Skipped" or "Reconnecting" => "Yellow",
            "Failed" or "Broken" or "Missing" or "Drifted" => "Red",
            "Changed" or "Info" or "Unsupported" => "Cyan",
            _ => null,
        };
        return colour is null ? text : Colour(text, colour, style);
    }

    /// <summary>A command's result: whose it is, how it ended, and what it wrote.</summary>
    public static string Result(object result, PSObject style)
    {
        var r = (AgwCommandResult)(result is PSObject wrapped ? wrapped.BaseObject : result);
        var header = Colour($"--- {CommandResultText.Header(r)}", r.ExitCode == 0 && !r.TimedOut ? "Cyan" : "Red", style);
        var body = CommandResultText.Body(r);
        return body.Length == 0 ? header : $"{header}\n{body}";
    }

    private static string Colour(string text, string colour, PSObject style)
    {
        var foreground = style.Properties["Foreground"]?.Value is { } colours ? PSObject.AsPSObject(colours) : null;
        return $"{foreground?.Properties[colour]?.Value}{text}{style.Properties["Reset"]?.Value}";
    }
}
