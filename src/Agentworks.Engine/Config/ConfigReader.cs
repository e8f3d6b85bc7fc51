using System.Reflection;
using Agentworks.Toml;

namespace Agentworks.Config;

/// <summary>From a document to the typed model. The catalog and the credentials come first, because templates name them.</summary>
internal sealed class ConfigReader(ITomlReader toml, string userHome)
{
    private readonly Lazy<Catalog> _builtIn = new(() => ReadBuiltInCatalog(toml));

    /// <param name="file">Absolute; names the place of errors, and relative paths are relative to its folder.</param>
    public AgentworksConfig Read(string file, ReadOnlySpan<byte> content)
    {
        var context = new ConfigContext(file, userHome);
        var document = toml.Read(file, content);
        var root = new ConfigSection(context, document, string.Empty);
        RejectRemoved(root);
        KeysWithoutEffect.Warn(context, document);

        var catalog = Catalog.Read(root, _builtIn.Value);
        var gitCredentials = ReadGitCredentials(root);
        var references = new ConfigReferences(catalog, gitCredentials);
        var config = new AgentworksConfig
        {
            Operator = OperatorSection.Read(root.Child(root.Renamed("operator", "user"))),
            Paths = PathsSection.Read(root.Child("paths")),
            Defaults = DefaultsSection.Read(root.Child("defaults")),
            NamedConsole = NamedConsoleSection.Read(root.Child("named_console")),
            Session = SessionSection.Read(root.Child("session")),
            Limits = root.TryChild("limits") is { } limits ? LimitsSection.Read(limits) : new LimitsSection(),
            Azure = root.TryChild("azure") is { } azure ? AzureSection.Read(azure) : null,
            Proxmox = root.TryChild("proxmox") is { } proxmox ? ProxmoxSection.Read(proxmox) : null,
            GitCredentials = gitCredentials,
            Catalog = catalog,
            Admin = AdminConfig.Read(root.Child("admin"), references),
            VmTemplates = TemplateResolver<VmTemplate>.Resolve(
                root, "vm_templates", name => new VmTemplate { Name = name }, s => VmTemplate.Read(s, references)),
            AgentTemplates = TemplateResolver<AgentTemplate>.Resolve(
                root, "agent_templates", name => new AgentTemplate { Name = name }, s => AgentTemplate.Read(s, references)),
            WorkspaceTemplates = TemplateResolver<WorkspaceTemplate>.Resolve(
                root, "workspace_templates", name => new WorkspaceTemplate { Name = name }, WorkspaceTemplate.Read),
            SessionTemplates = TemplateResolver<SessionTemplate>.Resolve(
                root, "session_templates", name => new SessionTemplate { Name = name }, SessionTemplate.Read),
            Warnings = context.Warnings,
        };
        root.Finish();
        return config;
    }

    internal static byte[] ReadResource(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The resource {name} is missing.");
        using var content = new MemoryStream();
        stream.CopyTo(content);
        return content.ToArray();
    }

    // Two names that differ only in case, or in -, _ and ., would share one secret, and each would get the other's token.
    private static Dictionary<string, GitCredential> ReadGitCredentials(ConfigSection root)
    {
        var read = new Dictionary<string, GitCredential>(StringComparer.Ordinal);
        foreach (var section in root.Children("git_credentials"))
        {
            var credential = GitCredential.Read(section);
            if (read.Values.FirstOrDefault(other => other.SecretName == credential.SecretName) is { } other)
            {
                throw root.Context.Fail(
                    section.Table.Place, section.Table.Path, $"its token would be the secret {credential.SecretName}, which is that of '{other.Name}' already; give one of them another name.");
            }

            read.Add(credential.Name, credential);
        }

        return read;
    }

    private static void RejectRemoved(ConfigSection root)
    {
        root.Removed("dotfiles", "it is gone: set dotfiles_source, dotfiles_destination and dotfiles_install_cmd in [admin.config] and [agent_templates.*].");
        root.Removed("vm", "[vm.config] is now [vm_templates.default].");
        root.Removed("agent", "[agent.config] is now [agent_templates.default].");
    }

    private static Catalog ReadBuiltInCatalog(ITomlReader toml)
    {
        var context = new ConfigContext(Path.GetFullPath(Catalog.ResourceName), string.Empty);
        var root = new ConfigSection(context, toml.Read(Catalog.ResourceName, ReadResource(Catalog.ResourceName)), string.Empty);
        var catalog = Catalog.Read(root, below: null);
        root.Finish();
        return catalog;
    }
}
