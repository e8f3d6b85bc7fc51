namespace Agentworks.Config;

/// <summary>What templates may name. A name that nothing defines is an error when the file is loaded, long before a machine is made.</summary>
internal sealed class ConfigReferences(Catalog catalog, IReadOnlyDictionary<string, GitCredential> gitCredentials)
{
    public string? GitCredential(string name) => ConfigRules.Defined(name, "[git_credentials] entry", gitCredentials.Keys);

    public string? AptPackages(string name) => ConfigRules.Defined(name, "[apt_packages] entry", catalog.AptPackages.Keys);

    public string? SystemCommand(string name) => ConfigRules.Defined(name, "[system_install_commands] entry", catalog.SystemInstallCommands.Keys);

    public string? UserCommand(string name) => ConfigRules.Defined(name, "[user_install_commands] entry", catalog.UserInstallCommands.Keys);
}
