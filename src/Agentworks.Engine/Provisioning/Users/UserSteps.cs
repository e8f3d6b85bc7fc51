namespace Agentworks.Provisioning.Users;

/// <summary>Makes the steps of one user's set-up: what they all share, and names that say whose they are.</summary>
/// <param name="user">Linux user.</param>
/// <param name="role">Begins each step's name.</param>
/// <param name="locked">Whether what it runs can never gain privileges, not even by sudo.</param>
/// <param name="path">Folders to put on PATH, the last one first; ~ is the user's home.</param>
internal sealed class UserSteps(string user, string role, bool locked, IReadOnlyList<string> path)
{
    private readonly Dictionary<string, string> _shared = new(StringComparer.Ordinal)
    {
        ["agw_runner"] = EmbeddedText.Read("user-run.pl"),
        ["agw_user"] = user,
        ["agw_notes"] = "/var/lib/agentworks/users/" + user,
        ["agw_locked"] = locked ? "1" : string.Empty,
        ["agw_path"] = string.Join('\n', path),
    };

    /// <param name="name">Without the role.</param>
    /// <param name="check">/bin/sh as root, with the functions of user-common.sh.</param>
    /// <param name="apply">The same.</param>
    /// <param name="variables">The step's own.</param>
    public ProvisionStep Create(string name, string check, string apply, params (string Name, string Value)[] variables)
    {
        var all = new Dictionary<string, string>(_shared, StringComparer.Ordinal);
        foreach (var (key, value) in variables)
        {
            all[key] = value;
        }

        return new ProvisionStep($"{role}-{name}", check, apply, Fatal: false, all) { Functions = EmbeddedText.Read("user-common.sh") };
    }
}
