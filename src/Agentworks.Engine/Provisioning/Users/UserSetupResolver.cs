using System.Text;
using Agentworks.Config;
using Agentworks.Errors;

namespace Agentworks.Provisioning.Users;

/// <summary>Finds everything that a user's set-up refers to on this computer, before anything is done on a machine.</summary>
public static class UserSetupResolver
{
    private const int LargestLockfile = 1 << 20;

    /// <exception cref="NotFoundException">A folder, file or catalog entry that is named is not there.</exception>
    /// <exception cref="InvalidRequestException">It is there and cannot be used.</exception>
    public static UserSetupPlan Resolve(AgentworksConfig settings, UserSetup setup, string role, string linuxUser) => new()
    {
        LinuxUser = linuxUser,
        Role = role,
        Setup = setup,
        Commands = [.. setup.UserInstallCommands.Select(name => settings.Catalog.UserInstallCommands.TryGetValue(name, out var command)
            ? command
            : throw new NotFoundException("user install command", name) { Target = name, Recommendation = "Define it as [user_install_commands." + name + "]: Edit-AgwConfig" })],
        Dotfiles = setup.DotfilesSource is { IsGit: false } folder ? LocalFolder.Read(folder.Location) : null,
        MiseLockfile = setup.MiseLockfile is { IsGit: false } file ? ReadLockfile(file.Location) : null,
    };

    private static string ReadLockfile(string path)
    {
        try
        {
            return new FileInfo(path) switch
            {
                { Exists: false } => throw new NotFoundException("mise lock file", path) { Target = path, Recommendation = "Correct mise_lockfile: Edit-AgwConfig" },
                { Length: > LargestLockfile } => throw new InvalidRequestException($"'{path}' is too large to be a lock file of mise.") { Target = path },
                _ => Encoding.UTF8.GetString(File.ReadAllBytes(path)),
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidRequestException($"'{path}' cannot be read: {e.Message}") { Target = path };
        }
    }
}
