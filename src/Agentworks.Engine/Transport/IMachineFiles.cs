namespace Agentworks.Transport;

/// <summary>Streams files to and from one machine. Paths are absolute.</summary>
public interface IMachineFiles
{
    /// <summary>Copies a file out, checked against a SHA-256 computed on the machine.</summary>
    /// <returns>Bytes copied.</returns>
    /// <exception cref="Errors.FileTransferException">What arrived is not what was sent.</exception>
    Task<long> ReadAsync(string path, string? user, Stream destination, CancellationToken cancellationToken);

    /// <summary>
    /// Writes a file beside its place, checks its SHA-256 there, and renames it: readers see the old file or the new one. One round
    /// trip up to 256 KiB.
    /// </summary>
    Task WriteAsync(string path, string? user, Stream source, FileWriteOptions options, CancellationToken cancellationToken);
}
