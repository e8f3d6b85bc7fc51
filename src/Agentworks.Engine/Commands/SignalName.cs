namespace Agentworks.Commands;

/// <summary>Linux signal numbers by their usual names (signal(7), x86 and ARM).</summary>
public static class SignalName
{
    private static readonly string[] Names =
    [
        "0", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM",
        "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
    ];

    /// <summary>Names that shells know, without SIG.</summary>
    public static IReadOnlyList<string> All { get; } = Names[1..];

    /// <summary>The number of a signal by its name, with or without SIG, or by itself; null for none.</summary>
    public static int? Find(string text)
    {
        var name = text.Trim().ToUpperInvariant();
        name = name.StartsWith("SIG", StringComparison.Ordinal) ? name[3..] : name;
        var known = Array.IndexOf(Names, name);
        return known > 0 ? known
            : int.TryParse(name, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) && number is > 0 and <= 64 ? number
            : null;
    }

    public static string Of(int number) =>
        number >= 0 && number < Names.Length ? Names[number] : number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
