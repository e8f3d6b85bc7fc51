using Agentworks.Errors;
using Agentworks.State.Rows;

namespace Agentworks.Sessions;

/// <summary>The environment of a session.</summary>
public static class SessionVariables
{
    // Variables that decide what code a shell runs or which session this is: not for callers to set.
    private static readonly string[] Reserved = ["IFS", "ENV", "BASH_ENV", "SHELLOPTS", "TMUX", "TMUX_PANE"];

    public static void Validate(IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            var proper = name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
            if (!proper || Reserved.Contains(name, StringComparer.Ordinal) || name.StartsWith("LD_", StringComparison.Ordinal) || name.StartsWith("agw_", StringComparison.Ordinal))
            {
                throw new InvalidRequestException($"'{name}' cannot name an environment variable of a session.")
                {
                    Target = name,
                    Recommendation = "Use letters, digits and underscores, such as API_KEY.",
                };
            }
        }
    }

    /// <summary>The given variables and those by which a program can tell where it runs.</summary>
    public static IReadOnlyDictionary<string, string> WithIdentity(IReadOnlyDictionary<string, string> variables, SessionRow session, SessionPlace place) =>
        new Dictionary<string, string>(variables, StringComparer.Ordinal)
        {
            ["AGENTWORKS_VM"] = place.Vm.Name,
            ["AGENTWORKS_WORKSPACE"] = place.Workspace.Name,
            ["AGENTWORKS_AGENT"] = place.Agent?.Name ?? string.Empty,
            ["AGENTWORKS_SESSION"] = session.Name,
        };
}
