using System.Management.Automation;
using Agentworks.Errors;
using Agentworks.Model;

namespace Agentworks.PowerShell;

/// <summary>Finding the things that arguments name, with an error for each name that means nothing.</summary>
public abstract partial class AgentworksCommand
{
    private protected IReadOnlyList<(AgwVm Item, object Input)> FindVms(IEnumerable<NameArgument>? names) => FindVms(names, pooled: false);

    /// <param name="names">All when null.</param>
    /// <param name="pooled">Also those that wait in a pool.</param>
    private protected IReadOnlyList<(AgwVm Item, object Input)> FindVms(IEnumerable<NameArgument>? names, bool pooled) =>
        Find(Try(() => (IReadOnlyList<AgwVm>)[.. Engine.Vms.List().Where(vm => pooled || !vm.InPool)]), vm => vm.Name, EntityKind.Vm, "Get-AgwVm lists the machines.", names);

    /// <summary>Names of machines that have logs or may get some: also of those that are gone.</summary>
    private protected IReadOnlyList<(string Item, object Input)> FindLogs(IEnumerable<NameArgument>? names) =>
        Find(
            Try(() => Engine.Vms.List().Select(vm => vm.Name).Union(Engine.History.LoggedVms(), StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray()),
            name => name, EntityKind.Vm, "Get-AgwVm lists the machines.", names);

    private protected IReadOnlyList<(AgwVmHost Item, object Input)> FindVmHosts(IEnumerable<NameArgument>? names) =>
        Find(Try(Engine.VmHosts.List), host => host.Name, EntityKind.VmHost, "Get-AgwVmHost lists the VM hosts.", names);

    private protected IReadOnlyList<(AgwWorkspace Item, object Input)> FindWorkspaces(IEnumerable<NameArgument>? names) =>
        Find(Try(Engine.Workspaces.List), workspace => workspace.Name, EntityKind.Workspace, "Get-AgwWorkspace lists the workspaces.", names);

    private protected IReadOnlyList<(AgwAgent Item, object Input)> FindAgents(IEnumerable<NameArgument>? names) =>
        Find(Try(Engine.Agents.List), agent => agent.Name, EntityKind.Agent, "Get-AgwAgent lists the agents.", names);

    private protected IReadOnlyList<(AgwSession Item, object Input)> FindSessions(IEnumerable<NameArgument>? names) =>
        Find(Try(Engine.Sessions.List), session => session.Name, EntityKind.Session, "Get-AgwSession lists the sessions.", names);

    private protected IReadOnlyList<(AgwConsole Item, object Input)> FindConsoles(IEnumerable<NameArgument>? names) =>
        Find(Try(Engine.Consoles.List), console => console.Name, EntityKind.Console, "Get-AgwConsole lists the consoles.", names);

    /// <summary>The sessions, without holding all of them at once when no names are given.</summary>
    private protected IEnumerable<AgwSession> EachSession(IEnumerable<NameArgument>? names) =>
        names is null ? Try(Engine.Sessions.Enumerate()) : FindSessions(names).Select(match => match.Item);

    /// <summary>The forwards of these local ports; all for null. A port that leads nowhere is an error of its own.</summary>
    private protected IReadOnlyList<AgwPortForward> FindPortForwards(int[]? ports, string? address)
    {
        var all = Try(Engine.PortForwards.List).Where(forward => address is null || forward.LocalAddress == address).ToList();
        foreach (var port in ports ?? [])
        {
            if (!all.Exists(forward => forward.LocalPort == port))
            {
                WriteFailure(new NotFoundException(EntityKind.PortForward, $"{port}") { Target = port, Recommendation = "Get-AgwPortForward lists them." }, port);
            }
        }
        return ports is null ? all : [.. all.Where(forward => ports.Contains(forward.LocalPort))];
    }

    /// <summary>The pools of the images that a name or pattern means.</summary>
    private protected IReadOnlyList<AgwWorkspacePool> FindPools(string image)
    {
        var pattern = WildcardPattern.Get(image, WildcardOptions.IgnoreCase);
        AgwWorkspacePool[] found = [.. Try(Engine.Pools.List).Where(pool => pattern.IsMatch(pool.Image))];
        if (found.Length == 0 && !WildcardPattern.ContainsWildcardCharacters(image))
        {
            WriteFailure(new NotFoundException("pool", image) { Target = image, Recommendation = "Get-AgwWorkspacePool lists them; Set-AgwWorkspacePool makes one." }, image);
        }
        return found;
    }

    /// <summary>The names that a narrowing parameter lets pass; null when it was not given and all pass.</summary>
    private protected static HashSet<string>? Narrow<T>(NameArgument[]? names, Func<IEnumerable<NameArgument>?, IReadOnlyList<(T Item, object Input)>> find)
        where T : class =>
        names is null ? null : find(names).Select(match => match.Item.ToString()!).ToHashSet(StringComparer.Ordinal);

    /// <summary>
    /// The names to look for in a Get cmdlet. A session piped into Get-AgwVm means its machine. A machine piped into Get-AgwWorkspace
    /// names no workspace, but it narrows by -Vm, and is no name then.
    /// </summary>
    private protected static IReadOnlyList<NameArgument>? NamesToGet(NameArgument[]? names, Func<string, NameArgument> byName, bool narrowed)
    {
        var own = names?
            .Where(name => !name.KnowsOwner || name.Owner is not null)
            .Select(name => name.Owner is null ? name : byName(name.Owner))
            .Where(name => !narrowed || name.GetProblem() is null)
            .ToArray();
        return own is { Length: > 0 } || names?.Any(name => name.KnowsOwner) == true ? own : null;
    }

    private List<(T Item, object Input)> Find<T>(
        IReadOnlyList<T> all, Func<T, string> nameOf, string kind, string recommendation, IEnumerable<NameArgument>? names)
        where T : class =>
        [.. new NameResolver<T>(all, nameOf, kind, recommendation).Resolve(names, WriteFailure)];
}
