using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Agentworks.Errors;

namespace Agentworks.Transport;

/// <summary>A command as the bytes of its frame.</summary>
internal static class CommandFrame
{
    /// <summary>Bytes that may be under way in each direction before the receiver has used them.</summary>
    public const int Window = 1 << 20;

    private const byte Streamed = 1;
    private const byte Finish = 2;
    private const byte HasInput = 4;
    private const byte Resent = 8;
    private const byte AskOnly = 16;
    private const byte Unrecorded = 32;
    private const int MaxBytes = 48 << 20;

    /// <param name="command">What to run.</param>
    /// <param name="streamed">Output goes to a handler as it comes.</param>
    /// <param name="resent">It was sent before, over a connection that broke.</param>
    /// <param name="askOnly">Its input cannot be sent again: only ask what became of it.</param>
    /// <exception cref="InvalidRequestException">It cannot be said in a shell.</exception>
    public static byte[] Encode(RemoteCommand command, bool streamed, bool resent, bool askOnly)
    {
        var writer = new ArrayBufferWriter<byte>();
        byte flags = 0;
        flags |= streamed ? Streamed : (byte)0;
        flags |= command.OnDisconnect == DisconnectAction.Finish ? Finish : (byte)0;
        flags |= command.Input is not null ? HasInput : (byte)0;
        flags |= resent ? Resent : (byte)0;
        flags |= askOnly ? AskOnly : (byte)0;
        flags |= command.RecordOutput ? (byte)0 : Unrecorded;
        writer.Write([flags]);
        WriteNumber(writer, command.Timeout is { } timeout ? (uint)Math.Clamp(timeout.TotalMilliseconds, 1, uint.MaxValue) : 0);
        WriteNumber(writer, Window);
        BinaryPrimitives.WriteInt64BigEndian(writer.GetSpan(8), Math.Max(0, command.MaxOutputBytes));
        writer.Advance(8);
        WriteText(writer, Text(command));
        WriteText(writer, Checked(command.User ?? string.Empty, "user name"));
        WriteText(writer, Directory(command));
        WriteText(writer, OperationId(command));
        WriteText(writer, EnvironmentBlock(command));
        return writer.WrittenCount <= MaxBytes
            ? writer.WrittenSpan.ToArray()
            : throw new InvalidRequestException("The command is too large to send: give large data as its input.");
    }

    /// <summary>Our own arguments for <see cref="FrameType.Evaluate"/>.</summary>
    public static byte[] EncodeQuestion(string perl, IReadOnlyList<string> arguments)
    {
        var writer = new ArrayBufferWriter<byte>();
        WriteText(writer, perl);
        WriteText(writer, string.Concat(arguments.Select(a => Checked(a, "argument") + '\0')));
        return writer.WrittenSpan.ToArray();
    }

    // The shell reads this from descriptor 9 and must not hand that on to what it starts.
    private static string Text(RemoteCommand command)
    {
        var arguments = command.Arguments.Count == 0
            ? string.Empty
            : "set -- " + PosixShell.QuoteAll(command.Arguments) + ';';
        return "exec 9<&-;" + arguments + Checked(command.Script, "script") + '\n';
    }

    private static string Directory(RemoteCommand command) => command.WorkingDirectory switch
    {
        null => string.Empty,
        ['/', ..] path => Checked(path, "working directory"),
        var path => throw new InvalidRequestException($"The working directory '{path}' is not an absolute path."),
    };

    private static string OperationId(RemoteCommand command) => command.OperationId switch
    {
        null => string.Empty,
        var id when IsOperationId(id) => id,
        var id => throw new InvalidRequestException($"'{id}' is no operation id."),
    };

    private static string EnvironmentBlock(RemoteCommand command)
    {
        var block = new StringBuilder();
        foreach (var (name, value) in command.Environment)
        {
            if (!IsVariableName(name))
            {
                throw new InvalidRequestException($"'{name}' cannot name an environment variable.");
            }

            block.Append(name).Append('=').Append(Checked(value, $"environment variable {name}")).Append('\0');
        }

        foreach (var (name, path) in command.SecretFiles)
        {
            block.Append('@').Append(name).Append('=').Append(path).Append('\0');
        }

        return block.ToString();
    }

    private static string Checked(string text, string what) =>
        text.Contains('\0', StringComparison.Ordinal)
            ? throw new InvalidRequestException($"The {what} holds a zero byte, which no command can carry.")
            : text;

    private static void WriteNumber(ArrayBufferWriter<byte> writer, uint number)
    {
        BinaryPrimitives.WriteUInt32BigEndian(writer.GetSpan(4), number);
        writer.Advance(4);
    }

    private static void WriteText(ArrayBufferWriter<byte> writer, string text)
    {
        WriteNumber(writer, (uint)Encoding.UTF8.GetByteCount(text));
        Encoding.UTF8.GetBytes(text, writer);
    }

    private static bool IsOperationId(string id) =>
        id.Length is > 0 and <= 100 && char.IsAsciiLetterOrDigit(id[0]) && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');

    private static bool IsVariableName(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
}
