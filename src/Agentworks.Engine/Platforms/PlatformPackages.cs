using Agentworks.Ports;

namespace Agentworks.Platforms;

/// <summary>Looks for the programs that a platform runs on this computer, and knows the Debian packages that bring them.</summary>
internal static class PlatformPackages
{
    private const string Keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

    /// <summary>What is missing, with the command that brings all of it; null when nothing is.</summary>
    public static PlatformReadiness? Check(string platform, IEnumerable<(string Program, string Package)> needed, IProcessRunner processes)
    {
        var missing = needed.Where(n => processes.Find(n.Program) is null).ToList();
        if (!File.Exists(Keyring))
        {
            missing.Add(("Debian's keyring", "debian-archive-keyring"));
        }

        if (missing.Count == 0)
        {
            return null;
        }

        // It is not strictly needed, but who installs should get it too.
        var packages = missing.Select(m => m.Package).Concat(HasUplink(processes) ? [] : ["slirp4netns"]).Distinct(StringComparer.Ordinal);
        return new(
            false,
            $"The platform {platform} lacks {string.Join(", ", missing.Select(m => m.Program))}.",
            "apt-get install --no-install-recommends " + string.Join(' ', packages));
    }

    /// <summary>Where all else is there: what the machines cannot do; null when they can do everything.</summary>
    public static PlatformReadiness? CheckUplink(IProcessRunner processes) => HasUplink(processes) ? null
        : new(true, "Ready, but machines will have no internet: slirp4netns is missing.", "apt-get install slirp4netns");

    private static bool HasUplink(IProcessRunner processes) => processes.Find("slirp4netns") is not null;
}
