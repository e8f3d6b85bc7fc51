namespace Agentworks.Transport;

/// <summary>Makes a stream that can seek out of one that cannot.</summary>
internal static class Spool
{
    private const int InMemory = 1 << 20;

    /// <returns>All of it, at the start; in memory while small, else in a private temporary file that goes with the stream.</returns>
    public static async Task<Stream> FillAsync(Stream source, CancellationToken cancellationToken)
    {
        Stream spool = new MemoryStream();
        try
        {
            var buffer = new byte[64 << 10];
            int read;
            while ((read = await source.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
                if (spool is MemoryStream memory && memory.Length + read > InMemory)
                {
                    spool = CreateFile();
                    memory.Position = 0;
                    await memory.CopyToAsync(spool, cancellationToken).ConfigureAwait(false);
                }

                await spool.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            }

            spool.Position = 0;
            return spool;
        }
        catch
        {
            await spool.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>A private temporary file that goes when it is closed.</summary>
    public static FileStream CreateFile()
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(Path.Combine(Path.GetTempPath(), $"agentworks-{Guid.NewGuid():N}"), options);
    }
}
