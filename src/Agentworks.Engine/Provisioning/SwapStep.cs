using System.Globalization;

namespace Agentworks.Provisioning;

/// <summary>A swap file, where the machine's kernel is its own.</summary>
public static class SwapStep
{
    /// <param name="gib">0: none.</param>
    public static ProvisionStep Create(int gib) => new(
        "swap",
        "agw_check_swap",
        "agw_apply_swap",
        Fatal: false,
        new Dictionary<string, string>(StringComparer.Ordinal) { ["agw_swap_gib"] = gib.ToString(CultureInfo.InvariantCulture) })
    {
        Functions = EmbeddedText.Read("swap.sh"),
        Limit = TimeSpan.FromMinutes(30),
    };
}
