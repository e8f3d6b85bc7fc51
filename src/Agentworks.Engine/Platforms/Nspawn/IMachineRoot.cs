namespace Agentworks.Platforms.Nspawn;

/// <summary>A machine's file system: how it comes to be one folder that nspawn can boot.</summary>
internal interface IMachineRoot
{
    /// <summary>A folder of its own for workspaces; null: they lie in the root.</summary>
    string? Workspaces { get; }

    /// <summary>Mounts what must be mounted.</summary>
    /// <returns>The root folder.</returns>
    /// <exception cref="Errors.PlatformException">It was never made to the end.</exception>
    Task<string> OpenAsync(CancellationToken cancellationToken);

    /// <summary>Takes the machine's mounts away.</summary>
    Task CloseAsync(CancellationToken cancellationToken);
}
