namespace Agentworks.Commands;

/// <summary>Linux signal numbers by their usual names (signal(7), x86 and ARM).</summary>
public static class SignalName
{
    private static readonly string[] Names =
    [
        "0", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM",
        "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
    ];

    public static string Of(int number) =>
        number >= 0 && number < Names.Length ? Names[number] : number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
