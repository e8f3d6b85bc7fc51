using Agentworks.Errors;

namespace Agentworks.Config;

/// <summary>All of config.toml, checked and resolved. Without a file, all defaults.</summary>
public sealed record AgentworksConfig
{
    public required OperatorSection Operator { get; init; }
    public required PathsSection Paths { get; init; }
    public required DefaultsSection Defaults { get; init; }
    public required NamedConsoleSection NamedConsole { get; init; }
    public required SessionSection Session { get; init; }

    public LimitsSection Limits { get; init; } = new();

    /// <summary>Null when the file has no such section.</summary>
    public required AzureSection? Azure { get; init; }

    /// <summary>Null when the file has no such section.</summary>
    public required ProxmoxSection? Proxmox { get; init; }

    public required IReadOnlyDictionary<string, GitCredential> GitCredentials { get; init; }
    public required Catalog Catalog { get; init; }
    public required AdminConfig Admin { get; init; }

    /// <summary>Resolved, by name; "default" is always there. So in the three below.</summary>
    public required IReadOnlyDictionary<string, VmTemplate> VmTemplates { get; init; }

    public required IReadOnlyDictionary<string, AgentTemplate> AgentTemplates { get; init; }
    public required IReadOnlyDictionary<string, WorkspaceTemplate> WorkspaceTemplates { get; init; }
    public required IReadOnlyDictionary<string, SessionTemplate> SessionTemplates { get; init; }

    /// <summary>What works but should be changed.</summary>
    public required IReadOnlyList<ConfigWarning> Warnings { get; init; }

    /// <param name="name">Null or empty: the default.</param>
    /// <exception cref="NotFoundException">No such template. So in the three below.</exception>
    public VmTemplate ResolveVmTemplate(string? name) => Find(VmTemplates, "VM template", name);

    /// <inheritdoc cref="ResolveVmTemplate"/>
    public AgentTemplate ResolveAgentTemplate(string? name) => Find(AgentTemplates, "agent template", name);

    /// <inheritdoc cref="ResolveVmTemplate"/>
    public WorkspaceTemplate ResolveWorkspaceTemplate(string? name) => Find(WorkspaceTemplates, "workspace template", name);

    /// <inheritdoc cref="ResolveVmTemplate"/>
    public SessionTemplate ResolveSessionTemplate(string? name) => Find(SessionTemplates, "session template", name);

    private static T Find<T>(IReadOnlyDictionary<string, T> templates, string kind, string? name)
        => templates.TryGetValue(string.IsNullOrEmpty(name) ? TemplateResolver<T>.DefaultName : name, out var found)
            ? found
            : throw new NotFoundException(kind, name!)
            {
                Target = name,
                Recommendation = $"Name one of: {string.Join(", ", templates.Keys.Order(StringComparer.Ordinal))}.",
            };
}
