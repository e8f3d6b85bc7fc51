namespace Agentworks.Config;

/// <summary>What a Linux user on a machine gets, be it the admin or an agent.</summary>
public abstract record UserSetup
{
    /// <summary>Name or absolute path.</summary>
    public string Shell { get; init; } = "bash";

    /// <summary>Names of <see cref="AgentworksConfig.GitCredentials"/>.</summary>
    public IReadOnlyList<string> GitCredentials { get; init; } = [];

    /// <summary>Names of <see cref="Catalog.UserInstallCommands"/>.</summary>
    public IReadOnlyList<string> UserInstallCommands { get; init; } = [];

    /// <summary>Environment variables of everything that runs as the user.</summary>
    public IReadOnlyDictionary<string, EnvironmentValue> Env { get; init; } = new Dictionary<string, EnvironmentValue>(StringComparer.Ordinal);

    public SourceReference? DotfilesSource { get; init; }

    /// <summary>On the machine; ~ is the user's home.</summary>
    public string DotfilesDestination { get; init; } = "~/.dotfiles";

    /// <summary>Run in the destination; null: nothing.</summary>
    public string? DotfilesInstallCmd { get; init; } = "./install.sh";

    public bool MiseActivate { get; init; } = true;

    /// <summary>Each <c>name</c> or <c>name@version</c>.</summary>
    public IReadOnlyList<string> MisePackages { get; init; } = [];

    public SourceReference? MiseLockfile { get; init; }
    public bool MiseAllowUnlocked { get; init; }

    /// <summary>The least age of a release, in mise's words; null: any.</summary>
    public string? MiseInstallBefore { get; init; } = "7d";

    public bool MisePruneOnReinit { get; init; } = true;

    /// <summary>Whether its tools need mise on the machine.</summary>
    public bool NeedsMise() => MisePackages.Count > 0 || MiseLockfile is not null;

    public bool NerfInstallClaudePlugin { get; init; }
    public IReadOnlyList<string> ClaudeMarketplaces { get; init; } = [];
    public IReadOnlyList<string> ClaudePlugins { get; init; } = [];

    /// <returns>What the section changes in the setup that it is applied to.</returns>
    private protected static Func<T, T> ReadSetup<T>(ConfigSection section, ConfigReferences references)
        where T : UserSetup
    {
        var shell = section.Text("shell", ConfigRules.Shell);
        var gitCredentials = section.Texts("git_credentials", references.GitCredential);
        var userInstallCommands = section.Texts("user_install_commands", references.UserCommand);
        var env = section.Variables("env");
        var setsDotfiles = section.TrySource("dotfiles_source", out var dotfilesSource);
        var dotfilesDestination = section.Text("dotfiles_destination", ConfigRules.HomePath);
        var dotfilesInstallCmd = section.Text("dotfiles_install_cmd");
        var miseActivate = section.Flag("mise_activate");
        var misePackages = section.Texts("mise_packages", ConfigRules.Argument);
        var setsLockfile = section.TrySource("mise_lockfile", out var miseLockfile);
        var miseAllowUnlocked = section.Flag("mise_allow_unlocked");
        var miseInstallBefore = section.Text("mise_install_before", ConfigRules.OneLine);
        var misePruneOnReinit = section.Flag("mise_prune_on_reinit");
        var nerfInstallClaudePlugin = section.Flag("nerf_install_claude_plugin");
        var claudeMarketplaces = section.Texts("claude_marketplaces", ConfigRules.Argument);
        var claudePlugins = section.Texts("claude_plugins", ConfigRules.Argument);

        return inherited => (T)((UserSetup)inherited with
        {
            Shell = shell ?? inherited.Shell,
            GitCredentials = inherited.GitCredentials.Extend(gitCredentials),
            UserInstallCommands = inherited.UserInstallCommands.Extend(userInstallCommands),
            Env = inherited.Env.Extend(env),
            DotfilesSource = setsDotfiles ? dotfilesSource : inherited.DotfilesSource,
            DotfilesDestination = dotfilesDestination ?? inherited.DotfilesDestination,
            DotfilesInstallCmd = dotfilesInstallCmd.Or(inherited.DotfilesInstallCmd),
            MiseActivate = miseActivate ?? inherited.MiseActivate,
            MisePackages = inherited.MisePackages.Extend(misePackages),
            MiseLockfile = setsLockfile ? miseLockfile : inherited.MiseLockfile,
            MiseAllowUnlocked = miseAllowUnlocked ?? inherited.MiseAllowUnlocked,
            MiseInstallBefore = miseInstallBefore.Or(inherited.MiseInstallBefore),
            MisePruneOnReinit = misePruneOnReinit ?? inherited.MisePruneOnReinit,
            NerfInstallClaudePlugin = nerfInstallClaudePlugin ?? inherited.NerfInstallClaudePlugin,
            ClaudeMarketplaces = inherited.ClaudeMarketplaces.Extend(claudeMarketplaces),
            ClaudePlugins = inherited.ClaudePlugins.Extend(claudePlugins),
        });
    }
}
