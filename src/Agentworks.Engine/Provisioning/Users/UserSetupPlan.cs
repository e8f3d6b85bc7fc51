using System.Globalization;
using Agentworks.Config;

namespace Agentworks.Provisioning.Users;

/// <summary>
/// What is declared of a user beyond its account: shell files, dotfiles, tools and plugins. The same for the admin, in the machine's
/// initialization, and for every agent. All of it is done as the user; what fails is told and does not keep the rest from being done.
/// </summary>
public sealed record UserSetupPlan
{
    /// <summary>How long an installer may take.</summary>
    internal static readonly TimeSpan LongCommand = TimeSpan.FromMinutes(10);

    internal static readonly string Seconds = LongCommand.TotalSeconds.ToString(CultureInfo.InvariantCulture);

    public required string LinuxUser { get; init; }

    /// <summary>"admin" or "agent"; begins the steps' names.</summary>
    public required string Role { get; init; }

    public required UserSetup Setup { get; init; }

    /// <summary>The catalog's entries that the set-up names.</summary>
    public required IReadOnlyList<InstallCommand> Commands { get; init; }

    /// <summary>The dotfiles, when they come from this computer.</summary>
    public LocalFolder? Dotfiles { get; init; }

    /// <summary>The text of mise's lock file, when it comes from this computer.</summary>
    public string? MiseLockfile { get; init; }

    /// <summary>Where the machine's workspaces are; null when git's safe.directory is left alone.</summary>
    public string? WorkspacesPath { get; init; }

    /// <summary>Workspaces that git may work in for this user.</summary>
    public IReadOnlyList<string> SafeDirectories { get; init; } = [];

    public IReadOnlyList<ProvisionStep> ToSteps()
    {
        var steps = new UserSteps(LinuxUser, Role, locked: Role == AgentRole, Path);
        return
        [
            .. WorkspacesPath is null ? Array.Empty<ProvisionStep>() : [SafeDirectoriesStep(steps, WorkspacesPath)],
            .. DotfilesSteps.Create(steps, Setup, Dotfiles),
            .. MiseSteps.Create(steps, Setup, MiseLockfile),
            .. InstallSteps.Create(steps, Commands),
            ShellFilesStep.Create(steps, Setup, Path),
            .. ClaudeSteps.Create(steps, Setup),
        ];
    }

    /// <summary>In the order in which they are put before what is there: the last one wins.</summary>
    private IReadOnlyList<string> Path =>
        [.. Commands.SelectMany(command => command.Path).Prepend(Setup.NeedsMise() ? MiseShims : null).OfType<string>().Distinct(StringComparer.Ordinal)];

    private const string MiseShims = "~/.local/share/mise/shims";

    internal const string AdminRole = "admin";
    internal const string AgentRole = "agent";

    private ProvisionStep SafeDirectoriesStep(UserSteps steps, string root)
    {
        const string Run = "agw_user_run 20 \"$agw_safe\" {0} \"$agw_root\" $agw_folders </dev/null";
        return steps.Create(
            "git-safe-directories",
            Run.Replace("{0}", "check", StringComparison.Ordinal),
            Run.Replace("{0}", "apply", StringComparison.Ordinal),
            ("agw_safe", EmbeddedText.Read("user-git-safe.sh")),
            ("agw_root", root),
            ("agw_folders", string.Join(' ', SafeDirectories)));
    }
}
