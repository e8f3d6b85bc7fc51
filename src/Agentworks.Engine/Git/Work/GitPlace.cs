using Agentworks.Agents;
using Agentworks.Errors;
using Agentworks.Model;
using Agentworks.State;
using Agentworks.State.Rows;

namespace Agentworks.Git.Work;

/// <summary>A folder on a machine where git is to run, and as whom.</summary>
/// <param name="Target">As it was named.</param>
/// <param name="Vm">The machine.</param>
/// <param name="Workspace">The workspace.</param>
/// <param name="Agent">Who works; null: the workspace's own user.</param>
/// <param name="Folder">Absolute, on the machine.</param>
/// <param name="Path">The same from the workspace's root, for people.</param>
internal sealed record GitPlace(GitTarget Target, VmRow Vm, WorkspaceRow Workspace, AgentRow? Agent, string Folder, string Path)
{
    public string User => Agent?.LinuxUser ?? Workspace.LinuxGroup;

    /// <summary>Above this folder, git looks for no repository: what holds the workspace is none of its business.</summary>
    public string Ceiling => Folder == Workspace.Path || IsBelow(Folder, Workspace.Path) ? Parent(Workspace.Path) : Parent(Folder);

    /// <summary>As a machine's script takes it.</summary>
    public IEnumerable<string> Arguments => [User, Folder, Ceiling];

    /// <exception cref="NotFoundException">The workspace or the agent is not there.</exception>
    /// <exception cref="InvalidRequestException">The path leads out of a workspace on a machine that it shares.</exception>
    public static GitPlace Of(StateStore store, GitTarget target)
    {
        var (vm, workspace, agent) = store.Read(state =>
        {
            var row = state.RequireWorkspace(target.Workspace);
            return (state.GetVm(row.VmId)!, row, target.Agent is null ? null : state.RequireAgent(target.Agent));
        });
        if (agent is not null)
        {
            AgentService.RequireAccess(store, agent, workspace);
        }

        var folder = Resolve(workspace, target.Path);
        var path = folder == workspace.Path ? "." : IsBelow(folder, workspace.Path) ? folder[(workspace.Path.Length + 1)..] : folder;
        return new GitPlace(target, vm, workspace, agent, folder, path);
    }

    /// <summary>Absolute, without dots: relative paths begin at the workspace's root, and elsewhere leads only a workspace that has a machine of its own.</summary>
    internal static string Resolve(WorkspaceRow workspace, string? path)
    {
        if (string.IsNullOrEmpty(path))
        {
            return workspace.Path;
        }

        if (path.Any(char.IsControl))
        {
            throw new InvalidRequestException("A path holds no control characters here.") { Target = path };
        }

        var parts = new List<string>();
        foreach (var part in (path.StartsWith('/') ? path : $"{workspace.Path}/{path}").Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == "..")
            {
                parts.RemoveRange(Math.Max(0, parts.Count - 1), Math.Min(1, parts.Count));
            }
            else if (part != ".")
            {
                parts.Add(part);
            }
        }

        var folder = "/" + string.Join('/', parts);
        if (workspace.Isolation == WorkspaceIsolation.Shared && folder != workspace.Path && !IsBelow(folder, workspace.Path))
        {
            throw new InvalidRequestException($"'{path}' is outside of workspace '{workspace.Name}'.")
            {
                Target = path,
                Recommendation = $"Give a path from the workspace's root, or one below {workspace.Path}.",
            };
        }

        return folder;
    }

    private static bool IsBelow(string folder, string root) => folder.StartsWith(root + "/", StringComparison.Ordinal);

    private static string Parent(string folder) => folder.LastIndexOf('/') is var end and > 0 ? folder[..end] : "/";
}
