using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Model;
using Agentworks.Operations;
using Agentworks.Platforms;
using Agentworks.State;

namespace Agentworks.Dedicated;

/// <summary>Images of which dedicated machines are made. They are kept by their platforms, and belong to this computer.</summary>
public sealed class ImageService(StateStore store, PlatformRegistry platforms, OperationRunner operations)
{
    /// <summary>Of one platform, or of all that work here.</summary>
    public async Task<IReadOnlyList<AgwImage>> ListAsync(string? platform, bool packages, CancellationToken cancellationToken)
    {
        var found = new List<AgwImage>();
        foreach (var one in platform is null ? platforms.All : [platforms.Get(platform)])
        {
            if (one is not IImageStore images)
            {
                if (platform is not null)
                {
                    throw NotSupported(one);
                }

                continue;
            }

            if (platform is null && !(await one.CheckAsync(cancellationToken).ConfigureAwait(false)).Ready)
            {
                continue;
            }

            foreach (var image in await images.ListImagesAsync(cancellationToken).ConfigureAwait(false))
            {
                var model = Model(one, images, image);
                found.Add(packages ? model with { Packages = (await images.ListPackagesAsync(image.Name, cancellationToken).ConfigureAwait(false)).ToArray() } : model);
            }
        }

        return found;
    }

    /// <summary>Makes or imports one. One that is there, of the same inputs, is left alone.</summary>
    public Task<AgwImage> CreateAsync(ImageRequest request, string? platform, IEventSink events, CancellationToken cancellationToken)
    {
        Naming.Validate(EntityKind.Vm, request.Name);
        if (request.Packages.FirstOrDefault(package => package.Length < 2 || !char.IsAsciiLetterOrDigit(package[0]) || package.Any(c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c is not ('+' or '-' or '.' or ':'))) is { } wrong)
        {
            throw new InvalidRequestException("That cannot be the name of a Debian package.") { Target = wrong };
        }

        var chosen = Choose(platform);
        var images = Require(chosen);
        return operations.RunAsync(
            "New-AgwImage",
            Kind,
            $"{chosen.Name}.{request.Name}",
            events,
            async scope =>
            {
                scope.Record("image");
                return Model(chosen, images, await images.EnsureImageAsync(request, scope.Events, cancellationToken).ConfigureAwait(false));
            },
            cancellationToken);
    }

    /// <exception cref="HasDependentsException">Machines, or a pool, need it.</exception>
    public Task RemoveAsync(AgwImage image, IEventSink events, CancellationToken cancellationToken) => operations.RunAsync(
        "Remove-AgwImage",
        Kind,
        $"{image.Platform}.{image.Name}",
        events,
        async scope =>
        {
            if (store.Read(state => state.FindPool(image.Platform, image.Name)) is { Count: > 0 })
            {
                throw new HasDependentsException($"A pool keeps machines of image '{image.Name}' ready.") { Target = image.Name, Recommendation = $"Set-AgwWorkspacePool -Image {image.Name} -Platform {image.Platform} -Count 0" };
            }

            scope.Record("image");
            await Require(platforms.Get(image.Platform)).RemoveImageAsync(image.Name, cancellationToken).ConfigureAwait(false);
        },
        cancellationToken);

    internal const string Kind = "image";

    private IVmPlatform Choose(string? platform) => platform is null ? platforms.Default : platforms.Get(platform);

    private static IImageStore Require(IVmPlatform platform) => platform as IImageStore ?? throw NotSupported(platform);

    private static NotSupportedByPlatformException NotSupported(IVmPlatform platform) => new($"The platform {platform.Name} keeps no images.") { Target = platform.Name };

    private static AgwImage Model(IVmPlatform platform, IImageStore images, MachineImage image) => new()
    {
        Name = image.Name,
        Platform = platform.Name,
        Key = image.Key,
        SizeBytes = image.SizeBytes,
        Imported = image.Imported,
        Digest = image.Digest,
        IsDefault = image.Name == images.DefaultImage,
        MachineCount = image.Machines,
        Created = image.Created,
    };
}
