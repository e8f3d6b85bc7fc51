namespace Agentworks.Provisioning;

/// <summary>Debian packages that must be installed.</summary>
public static class PackageStep
{
    /// <summary>Those of apt-get in provision-common.sh for one installation, also one by one.</summary>
    internal static readonly TimeSpan Limit = TimeSpan.FromMinutes(40);

    /// <param name="name">The step's name.</param>
    /// <param name="packages">As apt-get takes them, also with a version, an architecture or a suite.</param>
    /// <param name="fatal">Whether to go on without them.</param>
    public static ProvisionStep Create(string name, IReadOnlyList<string> packages, bool fatal) => new(
        name,
        """
        missing=$(agw_missing $agw_packages)
        [ -z "$missing" ] || { echo "missing: $missing"; exit 1; }
        """,
        "agw_install $(agw_missing $agw_packages)",
        fatal,
        new Dictionary<string, string>(StringComparer.Ordinal) { ["agw_packages"] = string.Join(' ', packages.Distinct(StringComparer.Ordinal)) })
    {
        Limit = Limit,
    };
}
