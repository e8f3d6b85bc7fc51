using Agentworks.Events;

namespace Agentworks.Platforms;

/// <summary>A platform that makes machines of images that it keeps on this computer.</summary>
public interface IImageStore
{
    /// <summary>What a machine is made of when nobody says.</summary>
    string DefaultImage { get; }

    Task<IReadOnlyList<MachineImage>> ListImagesAsync(CancellationToken cancellationToken);

    /// <summary>Makes or imports an image and prepares it, so that dedicated machines of it start at once. One that is there, of the same inputs, is left alone.</summary>
    Task<MachineImage> EnsureImageAsync(ImageRequest request, IEventSink events, CancellationToken cancellationToken);

    /// <exception cref="Errors.HasDependentsException">Machines need it.</exception>
    Task RemoveImageAsync(string name, CancellationToken cancellationToken);

    /// <summary>The packages of an image with their versions, by name; empty for one that was imported.</summary>
    Task<IReadOnlyList<string>> ListPackagesAsync(string name, CancellationToken cancellationToken);
}
