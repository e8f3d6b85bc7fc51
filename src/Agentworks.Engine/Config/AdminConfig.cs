namespace Agentworks.Config;

/// <summary>[admin.config]: the user of every machine that may do everything there. It has neither templates nor inheritance.</summary>
public sealed record AdminConfig : UserSetup
{
    public string Username { get; init; } = "agentworks";

    /// <summary>git's safe.directory is kept exact, for agents too: what is granted, and never '*'.</summary>
    public bool GitForceSafeDirectory { get; init; } = true;

    internal static AdminConfig Read(ConfigSection section, ConfigReferences references)
    {
        var config = section.Child("config");
        var defaults = ReadSetup<AdminConfig>(config, references)(new AdminConfig());
        var read = defaults with
        {
            Username = config.Text("username", ConfigRules.LinuxUser) ?? defaults.Username,
            GitForceSafeDirectory = config.Flag("git_force_safe_directory") ?? defaults.GitForceSafeDirectory,
        };
        config.Finish();
        section.Finish();
        return read;
    }
}
