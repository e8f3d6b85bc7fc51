namespace Agentworks.Provisioning;

/// <summary>Snap packages, with snapd when there are any.</summary>
public static class SnapSteps
{
    /// <param name="snaps">Each a name, with options of snap install behind it.</param>
    public static ProvisionStep Create(IReadOnlyList<string> snaps) => new(
        "snap-packages",
        "agw_check_snaps",
        "agw_apply_snaps",
        Fatal: false,
        new Dictionary<string, string>(StringComparer.Ordinal) { ["agw_snaps"] = string.Join('\n', snaps) })
    {
        Functions = EmbeddedText.Read("snap-packages.sh"),
        Limit = PackageStep.Limit + (TimeSpan.FromMinutes(6) * snaps.Count),
    };
}
