namespace Agentworks.Variables;

/// <summary>Which names environment variables may have.</summary>
public static class VariableName
{
    // They decide what code a shell runs, or which session this is.
    private static readonly string[] Reserved = ["IFS", "ENV", "BASH_ENV", "SHELLOPTS", "BASHOPTS", "TMUX", "TMUX_PANE", "AGENTWORKS_RUNTIME"];

    /// <returns>What is wrong with a name; null when nothing is.</returns>
    public static string? Problem(string name)
    {
        if (name.Length == 0 || char.IsAsciiDigit(name[0]) || !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
        {
            return "a name of an environment variable has letters, digits and underscores, and does not begin with a digit.";
        }

        return Reserved.Contains(name, StringComparer.Ordinal) || name.StartsWith("LD_", StringComparison.Ordinal) || name.StartsWith("agw_", StringComparison.Ordinal)
            ? $"{name} decides how programs are started, and cannot be set."
            : IdentityVariables.All.Contains(name, StringComparer.Ordinal) ? $"{name} says where a program runs, and cannot be set." : null;
    }
}
