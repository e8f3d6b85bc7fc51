using System.Globalization;
using System.Text;

namespace Agentworks.Transport;

/// <summary>The program at the machine's end of a channel (process.pl and channel.pl), and the command line that lets it in.</summary>
internal static class ChannelProgram
{
    public const int Version = 1;

    /// <summary>Its text without comments and indentation: small enough for one flight of a fresh TCP connection.</summary>
    public static byte[] Source { get; } = Load();

    /// <summary>What it says first. Whatever comes before is noise of a login shell.</summary>
    public static ReadOnlySpan<byte> Greeting => "\0agentworks-channel\0"u8;

    /// <summary>
    /// Reads the program from standard input and becomes it. Means the same to every shell that a login may have, and never changes,
    /// so that an argument list tells nothing.
    /// </summary>
    public static string CommandLine(bool sudo) =>
        $"exec {(sudo ? "sudo -n " : string.Empty)}/usr/bin/perl -e "
        + "'while(length($p)<$ARGV[0]){sysread(STDIN,$p,$ARGV[0]-length($p),length($p))or exit(1)}eval($p);die($@)if($@)' "
        + Source.Length.ToString(CultureInfo.InvariantCulture);

    private static byte[] Load()
    {
        using var reader = new StringReader(EmbeddedText.Read("process.pl") + EmbeddedText.Read("channel.pl"));
        var text = new StringBuilder();
        while (reader.ReadLine() is { } line)
        {
            line = line.Trim();
            if (line.Length > 0 && line[0] != '#')
            {
                text.Append(line).Append('\n');
            }
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
