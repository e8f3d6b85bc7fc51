namespace Agentworks.Import;

/// <summary>What the database of <c>agw</c> says, table by table; only what means something here.</summary>
internal sealed record LegacyState
{
    public IReadOnlyList<VmHostEntry> VmHosts { get; init; } = [];
    public IReadOnlyList<VmEntry> Vms { get; init; } = [];
    public IReadOnlyList<WorkspaceEntry> Workspaces { get; init; } = [];
    public IReadOnlyList<AgentEntry> Agents { get; init; } = [];
    public IReadOnlyList<SessionEntry> Sessions { get; init; } = [];
    public IReadOnlyList<GrantEntry> Grants { get; init; } = [];
    public IReadOnlyList<ConsoleEntry> Consoles { get; init; } = [];
    public IReadOnlyList<ConsoleSessionEntry> ConsoleSessions { get; init; } = [];

    public sealed record VmHostEntry(string Name, string Address, string? System, DateTimeOffset Created);

    /// <summary><paramref name="Address"/>: its tailnet address; null before it has joined.</summary>
    public sealed record VmEntry(
        string Name, string Platform, string? VmHost, string? Template, string Provisioning, string? Address, int? Cpus, int? MemoryGiB, int? DiskGiB, string AdminUser, DateTimeOffset Created);

    public sealed record WorkspaceEntry(string Name, string Vm, string? Template, string Path, string LinuxGroup, DateTimeOffset Created);

    public sealed record AgentEntry(string Name, string Vm, string LinuxUser, string? Template, bool AllWorkspaces, DateTimeOffset Created);

    /// <summary><paramref name="Agent"/>: null for a session of the admin.</summary>
    public sealed record SessionEntry(
        string Name, string Workspace, string? Agent, string Template, bool MadeWorkspace, bool MadeAgent, bool Stopped, DateTimeOffset Created);

    /// <summary><paramref name="Session"/>: null for an explicit grant.</summary>
    public sealed record GrantEntry(string Agent, string Workspace, string? Session);

    public sealed record ConsoleEntry(string Name, string Vm, bool AdminShell, DateTimeOffset Created);

    /// <summary><paramref name="Shells"/>: JSON as it stands there.</summary>
    public sealed record ConsoleSessionEntry(string Console, string Session, int Position, string Shells);
}
