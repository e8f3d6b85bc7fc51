using Agentworks.Errors;
using Agentworks.Model;
using Agentworks.State.Rows;

namespace Agentworks.Jobs;

/// <summary>Where in a workspace something runs.</summary>
public static class JobDirectory
{
    /// <summary>The absolute path. Relative ones are seen from the workspace's root; absolute ones may lead out of it only where it has the machine for itself.</summary>
    /// <exception cref="InvalidRequestException">It leads out of a shared workspace.</exception>
    public static string Resolve(WorkspaceRow workspace, string? path)
    {
        if (string.IsNullOrEmpty(path))
        {
            return workspace.Path;
        }

        var parts = new List<string>();
        foreach (var part in (path[0] == '/' ? path : $"{workspace.Path}/{path}").Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == ".." && parts.Count > 0)
            {
                parts.RemoveAt(parts.Count - 1);
            }
            else if (part is not ("." or ".."))
            {
                parts.Add(part);
            }
        }

        var resolved = "/" + string.Join('/', parts);
        if (workspace.Isolation == WorkspaceIsolation.Shared && resolved != workspace.Path && !resolved.StartsWith(workspace.Path + "/", StringComparison.Ordinal))
        {
            throw new InvalidRequestException($"'{path}' leads out of workspace '{workspace.Name}', which shares its machine.")
            {
                Target = path,
                Recommendation = "Give a path below the workspace's root.",
            };
        }

        return resolved;
    }
}
