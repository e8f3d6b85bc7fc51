using Agentworks.Transport;

namespace Agentworks.Snapshots;

/// <summary>The program that shows forks' files as their own users': for scripts as a shell function, and for the machine's boot as a file.</summary>
internal static class MappedMounts
{
    /// <summary>Subroutines for Perl programs.</summary>
    public static string Library => EmbeddedText.Read("mapped-mounts.pl");

    public static string Program => Library + "\nexit mounts_main(@ARGV);\n";

    /// <summary>The shell function agw_mapped.</summary>
    public static string Function { get; } = $"agw_mapped() {{ perl -e {PosixShell.Quote(Program)} -- \"$@\"; }}\n";
}
