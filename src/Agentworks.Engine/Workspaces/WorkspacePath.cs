using Agentworks.Config;
using Agentworks.Errors;

namespace Agentworks.Workspaces;

/// <summary>Where on a machine a workspace may lie.</summary>
public static class WorkspacePath
{
    // Folders that belong to the system or to users; what is below /opt, /srv, /mnt, /media or a folder of its own is nobody's yet.
    private static readonly string[] Taken =
    [
        "bin", "boot", "dev", "etc", "home", "lib", "lib32", "lib64", "libx32", "lost+found", "proc", "root", "run", "sbin", "sys", "tmp", "usr", "var",
    ];

    /// <exception cref="InvalidRequestException">It is not an absolute path of plain names, or the system's.</exception>
    public static void Validate(string path)
    {
        var problem = ConfigRules.MachinePath(path);
        var steps = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (problem is null && (steps.Length < 2 || Taken.Contains(steps[0], StringComparer.Ordinal)))
        {
            problem = "it must be at least two folders deep, and not in a folder of the system or of users.";
        }

        if (problem is null && steps.Any(step => step.Length > 200))
        {
            problem = "a name in it is too long.";
        }

        if (problem is not null)
        {
            throw new InvalidRequestException($"A workspace cannot be at that path: {problem}")
            {
                Target = path,
                Recommendation = "Give a path such as /srv/work/app.",
            };
        }
    }

    /// <summary>Whether one of the two is the other or lies inside it.</summary>
    public static bool Overlap(string one, string other) =>
        (one + "/").StartsWith(other + "/", StringComparison.Ordinal) || (other + "/").StartsWith(one + "/", StringComparison.Ordinal);
}
