namespace Agentworks.Config;

/// <summary>[agent_templates.NAME], resolved.</summary>
public sealed record AgentTemplate : UserSetup
{
    public required string Name { get; init; }

    internal static Func<AgentTemplate, AgentTemplate> Read(ConfigSection section, ConfigReferences references)
    {
        foreach (var ofTheAdmin in new[] { "username", "git_force_safe_directory" })
        {
            section.Warn(ofTheAdmin, "it has no effect here; it belongs to [admin.config].");
        }

        section.Text("username", ConfigRules.LinuxUser);
        section.Flag("git_force_safe_directory");
        return ReadSetup<AgentTemplate>(section, references);
    }
}
