using Agentworks.Toml;

namespace Agentworks.Config;

/// <summary>
/// What an existing config.toml may say and this version reads, checks and does not act on yet. Set keys among these are told as
/// warnings: nobody should believe that a tool was installed which was not.
/// </summary>
internal static class KeysWithoutEffect
{
    private static readonly string[] WholeSections = ["azure", "proxmox"];

    private static readonly string[] UserSetup = ["nerf_install_claude_plugin"];

    private static readonly Dictionary<string, string[]> Keys = new(StringComparer.Ordinal)
    {
        ["defaults"] = ["vm_host"],
        ["admin"] = UserSetup,
        ["vm_templates"] =
        [
            "azure_vm_size", "nerf_build_claude_plugin", "skip_nerf_defaults", "nerf_addl_manifests", "nerf_home_dir",
        ],
        ["agent_templates"] = UserSetup,
    };

    public static void Warn(ConfigContext context, TomlTable root)
    {
        foreach (var section in root.Entries)
        {
            if (WholeSections.Contains(section.Key, StringComparer.Ordinal))
            {
                Tell(context, section);
            }
            else if (Keys.TryGetValue(section.Key, out var keys) && section.Value is TomlTable table)
            {
                Warn(context, table, keys);
            }
        }
    }

    // Templates, and the admin's settings, are tables in their section.
    private static void Warn(ConfigContext context, TomlTable table, string[] keys)
    {
        foreach (var entry in table.Entries)
        {
            if (entry.Value is TomlTable inner)
            {
                Warn(context, inner, keys);
            }
            else if (keys.Contains(entry.Key, StringComparer.Ordinal))
            {
                Tell(context, entry);
            }
        }
    }

    private static void Tell(ConfigContext context, TomlEntry entry) =>
        context.Warn(entry.Place, entry.Value.Path, "is read and checked, but has no effect yet.");
}
