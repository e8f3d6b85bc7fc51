using Agentworks.Errors;
using Agentworks.Platforms.Nspawn;
using Agentworks.Platforms.Qemu;
using Agentworks.Platforms.Ssh;
using Agentworks.Ports;

namespace Agentworks.Platforms;

/// <summary>The platforms by their names in config.toml.</summary>
public sealed class PlatformRegistry
{
    // Known by name, so that an existing config.toml is understood; not built yet.
    private static readonly string[] NotBuilt = ["lima", "wsl2", "azure", "proxmox"];

    private readonly IReadOnlyDictionary<string, IVmPlatform> platforms;

    public PlatformRegistry(IProcessRunner processes, TimeProvider clock)
        : this([new NspawnPlatform(processes, clock), new QemuPlatform(processes, clock), new SshPlatform(processes, clock)])
    {
    }

    /// <param name="platforms">Those that work; each under its own name.</param>
    public PlatformRegistry(IReadOnlyList<IVmPlatform> platforms) =>
        this.platforms = platforms.ToDictionary(p => p.Name, StringComparer.Ordinal);

    /// <summary>The platforms that are built, by name.</summary>
    public IReadOnlyList<IVmPlatform> All => [.. platforms.Values.OrderBy(p => p.Name, StringComparer.Ordinal)];

    /// <summary>The platform for machines of operators who chose none. It needs no account; on Linux it is the fastest that this user may use.</summary>
    /// <exception cref="NotSupportedByPlatformException">This kind of computer has none yet.</exception>
    public IVmPlatform Default => OperatingSystem.IsLinux() ? Get(Environment.IsPrivilegedProcess || !platforms.ContainsKey("qemu") ? "nspawn" : "qemu")
        : throw new NotSupportedByPlatformException(
            $"The local platform of this kind of computer, {(OperatingSystem.IsWindows() ? "wsl2" : "lima")}, is not built yet.")
        {
            Recommendation = "Adopt an existing Debian machine with the platform ssh.",
        };

    /// <exception cref="NotSupportedByPlatformException">It is known but not built yet.</exception>
    /// <exception cref="InvalidRequestException">There is no platform of that name.</exception>
    public IVmPlatform Get(string name)
    {
        if (platforms.TryGetValue(name, out var platform))
        {
            return platform;
        }

        var built = string.Join(" and ", platforms.Keys.Order(StringComparer.Ordinal));
        throw NotBuilt.Contains(name, StringComparer.Ordinal)
            ? new NotSupportedByPlatformException($"The platform '{name}' is not built yet.")
            {
                Target = name,
                Recommendation = $"Use one of the platforms that are: {built}.",
            }
            : new InvalidRequestException($"There is no platform '{name}'.")
            {
                Target = name,
                Recommendation = $"Use one of: {built}.",
            };
    }
}
