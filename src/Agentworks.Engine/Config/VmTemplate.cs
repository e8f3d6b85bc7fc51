namespace Agentworks.Config;

/// <summary>[vm_templates.NAME], resolved.</summary>
public sealed record VmTemplate
{
    public required string Name { get; init; }
    public int Cpus { get; init; } = 4;

    /// <summary>GiB.</summary>
    public int Memory { get; init; } = 8;

    /// <summary>GiB.</summary>
    public int Disk { get; init; } = 50;

    /// <summary>GiB; 0: none.</summary>
    public int Swap { get; init; } = 4;

    public string AzureVmSize { get; init; } = "Standard_B2s";

    /// <summary>Packages of Debian.</summary>
    public IReadOnlyList<string> Apt { get; init; } = [];

    /// <summary>Names of <see cref="Catalog.AptPackages"/>.</summary>
    public IReadOnlyList<string> AptPackages { get; init; } = [];

    /// <summary>Each a name, with options of snap install behind it, such as --classic.</summary>
    public IReadOnlyList<string> Snap { get; init; } = [];

    /// <summary>Names of <see cref="Catalog.SystemInstallCommands"/>.</summary>
    public IReadOnlyList<string> SystemInstallCommands { get; init; } = [];

    /// <summary>Environment variables of everything that runs on the machine.</summary>
    public IReadOnlyDictionary<string, EnvironmentValue> Env { get; init; } = new Dictionary<string, EnvironmentValue>(StringComparer.Ordinal);

    public bool NerfBuildClaudePlugin { get; init; }
    public bool SkipNerfDefaults { get; init; }

    /// <summary>Absolute paths on this computer. The only list that a child replaces instead of adding to it.</summary>
    public IReadOnlyList<string> NerfAddlManifests { get; init; } = [];

    /// <summary>Absolute, on the machine.</summary>
    public string NerfHomeDir { get; init; } = "/opt/agentworks/nerf";

    internal static Func<VmTemplate, VmTemplate> Read(ConfigSection section, ConfigReferences references)
    {
        var cpus = section.Whole("cpus", 1, 1024);
        var memory = section.Whole("memory", 1, 32 * 1024);
        var disk = section.Whole("disk", 1, 64 * 1024);
        var swap = section.Whole("swap", 0, 4 * 1024);
        var azureVmSize = section.Text("azure_vm_size", ConfigRules.BareName);
        var apt = section.Texts("apt", ConfigRules.AptPackage);
        var aptPackages = section.Texts("apt_packages", references.AptPackages);
        var snap = section.Texts("snap", ConfigRules.Snap);
        var systemInstallCommands = section.Texts("system_install_commands", references.SystemCommand);
        var env = section.Variables("env");
        var nerfBuildClaudePlugin = section.Flag("nerf_build_claude_plugin");
        var skipNerfDefaults = section.Flag("skip_nerf_defaults");
        var nerfAddlManifests = section.Paths("nerf_addl_manifests");
        var nerfHomeDir = section.Text("nerf_home_dir", ConfigRules.MachinePath);

        return inherited => inherited with
        {
            Cpus = cpus ?? inherited.Cpus,
            Memory = memory ?? inherited.Memory,
            Disk = disk ?? inherited.Disk,
            Swap = swap ?? inherited.Swap,
            AzureVmSize = azureVmSize ?? inherited.AzureVmSize,
            Apt = inherited.Apt.Extend(apt),
            AptPackages = inherited.AptPackages.Extend(aptPackages),
            Snap = inherited.Snap.Extend(snap),
            SystemInstallCommands = inherited.SystemInstallCommands.Extend(systemInstallCommands),
            Env = inherited.Env.Extend(env),
            NerfBuildClaudePlugin = nerfBuildClaudePlugin ?? inherited.NerfBuildClaudePlugin,
            SkipNerfDefaults = skipNerfDefaults ?? inherited.SkipNerfDefaults,
            NerfAddlManifests = nerfAddlManifests ?? inherited.NerfAddlManifests,
            NerfHomeDir = nerfHomeDir ?? inherited.NerfHomeDir,
        };
    }
}
