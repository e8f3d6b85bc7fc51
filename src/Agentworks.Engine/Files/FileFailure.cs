using System.Buffers.Binary;
using Agentworks.Errors;
using Agentworks.Model;

namespace Agentworks.Files;

/// <summary>Why the machine could not do something with a file, as the exception of that name.</summary>
internal static class FileFailure
{
    /// <summary>Of an answer about a request: which one, and why.</summary>
    public static (uint Number, AgentworksException Failure) Read(ReadOnlySpan<byte> payload, FileGround? ground)
    {
        var number = BinaryPrimitives.ReadUInt32BigEndian(payload);
        payload = payload[4..];
        return (number, ReadEntry(payload, ground, number == uint.MaxValue));
    }

    /// <summary>Of one entry of a list or a tree.</summary>
    public static AgentworksException ReadEntry(ReadOnlySpan<byte> payload, FileGround? ground, bool ofRoot = false)
    {
        var why = FileEntry.Text(ref payload);
        var path = FileEntry.Text(ref payload);
        return ofRoot && why == "E2" && ground is not null
            ? new NotFoundException("Folder of the workspace", path) { Target = path, Recommendation = $"Test-AgwWorkspace {ground.Workspace.Name}" }
            : Create(why, path.Length == 0 ? "." : path);
    }

    public static AgentworksException Create(string why, string path)
    {
        var shown = TerminalText.EscapeLine(path);
        return why switch
        {
            "outside" => new PathOutsideException(path),
            "folder" or "E21" => new NotAFileException($"'{shown}' is a folder.") { Target = path },
            "special" => new NotAFileException($"'{shown}' is no plain file, but a pipe, a socket or a device.") { Target = path },
            "link" => new NotAFileException($"'{shown}' is a symbolic link.") { Target = path },
            "changed" => new FileChangedException(path),
            "hash" => new FileTransferException($"What arrived for '{shown}' is not what was sent; what was there is untouched.") { Target = path },
            "large" => new InvalidRequestException($"'{shown}' is too large for that.") { Target = path },
            "owner" => new NotFoundException("User or group", path) { Target = path },
            "E2" => new NotFoundException("File", path) { Target = path },
            "E20" => new NotAFolderException(path),
            "E17" => new AlreadyExistsException("File", path) { Target = path },
            "E39" => new FolderNotEmptyException(path),
            "E1" or "E13" or "E30" => new FileAccessDeniedException(path, why == "E30" ? "it lies where nothing can be written" : null),
            "E28" or "E122" => new DiskFullException(path),
            "E36" => new InvalidRequestException($"'{shown}' is too long for a path.") { Target = path },
            "E40" => new PathOutsideException(path, "it goes through too many links, or through one that the kernel makes up"),
            "E18" => new InvalidRequestException($"'{shown}' is on another file system.") { Target = path, Recommendation = "Copy it, then remove the old one." },
            _ => new RemoteCommandException($"'{shown}': the machine says error {why.TrimStart('E')}.") { Target = path },
        };
    }
}
