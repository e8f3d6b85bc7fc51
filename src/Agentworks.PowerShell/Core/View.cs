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
            "Running" or "Completed" or "Ok" or "Succeeded" or "Complete" or "Imported" or "Connected" => "Green",
            "Starting" or "Warning" or "Partial" or "Unknown" or "Skipped" or "Open" or "Incomplete" or "Reconnecting" => "Yellow",
            "Failed" or "Lost" or "Broken" or "Missing" or "Drifted" => "Red",
            "Changed" or "Info" or "Unsupported" => "Cyan",
            _ => null,
        };
        return colour is null ? text : Colour(text, colour, style);
    }

    /// <summary>A number of bytes as a person reads it; nothing for null.</summary>
    public static string Size(double? bytes)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB"];
        var (value, unit) = (bytes ?? 0, 0);
        while (value >= 1024 && unit < units.Length - 1)
        {
            (value, unit) = (value / 1024, unit + 1);
        }
        return bytes is null ? string.Empty : value.ToString(unit == 0 || value >= 100 ? "0" : "0.0", CultureInfo.InvariantCulture) + " " + units[unit];
    }

    /// <summary>What a name in a folder stands for, as ls shows it.</summary>
    public static string Kind(object? kind) => (kind is PSObject wrapped ? wrapped.BaseObject : kind) switch
    {
        AgwFileKind.Directory => "d",
        AgwFileKind.SymbolicLink => "l",
        AgwFileKind.Pipe => "p",
        AgwFileKind.Socket => "s",
        AgwFileKind.BlockDevice => "b",
        AgwFileKind.CharacterDevice => "c",
        _ => "-",
    };

    /// <summary>What a machine has, as a small table.</summary>
    public static string Resources(object? detail)
    {
        if ((detail is PSObject wrapped ? wrapped.BaseObject : detail) is not AgwVmDetail d)
        {
            return string.Empty;
        }
        var lines = d.Resources.Select(r => $"{r.Name,-10} {Amount(r, r.Provisioned),11} {Amount(r, r.Present),11} {Amount(r, r.Used),11}");
        return string.Join('\n', lines.Prepend($"{string.Empty,-10} {"Provisioned",11} {"Present",11} {"Used",11}"));
    }

    private static string Amount(AgwVmResource resource, double? value) =>
        value is null ? "-" : resource.Unit == "Bytes" ? Size(value) : value.Value.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>A command's result: whose it is, how it ended, and what it wrote.</summary>
    public static string Result(object result, PSObject style)
    {
        var r = (AgwCommandResult)(result is PSObject wrapped ? wrapped.BaseObject : result);
        var header = Colour($"--- {CommandResultText.Header(r)}", r.ExitCode == 0 && !r.TimedOut ? "Cyan" : "Red", style);
        var body = CommandResultText.Body(r);
        return body.Length == 0 ? header : $"{header}\n{body}";
    }

    /// <summary>A diff: whose it is and how much, and the patch, or the files where there is none.</summary>
    public static string Diff(object diff, PSObject style)
    {
        var d = (AgwGitDiff)(diff is PSObject wrapped ? wrapped.BaseObject : diff);
        var header = Colour(
            TerminalText.EscapeLine($"--- {d.Workspace}{(d.Path == "." ? string.Empty : ":" + d.Path)}: {d.Files.Count} files, +{d.Added} -{d.Deleted}"), "Cyan", style);
        var body = d.Patch is not null
            ? TerminalText.Escape(d.Patch).TrimEnd('\n')
            : string.Join('\n', d.Files.Select(file => TerminalText.EscapeLine($"{(file.IsBinary ? "binary" : $"+{file.Added} -{file.Deleted}"),16}  {file}")));
        return string.Join('\n', new[] { header, body, d.Truncated ? "[cut off here]" : string.Empty }.Where(part => part.Length > 0));
    }

    private static string Colour(string text, string colour, PSObject style)
    {
        var foreground = style.Properties["Foreground"]?.Value is { } colours ? PSObject.AsPSObject(colours) : null;
        return $"{foreground?.Properties[colour]?.Value}{text}{style.Properties["Reset"]?.Value}";
    }
}
