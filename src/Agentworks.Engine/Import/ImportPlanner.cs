using System.Text.Json;
using Agentworks.Config;
using Agentworks.Model;
using Agentworks.Sessions;
using Agentworks.State;
using Agentworks.State.Rows;

namespace Agentworks.Import;

/// <summary>
/// Decides what becomes of each thing of agw's state. Machines are adopted as existing ones, at the address by which agw reaches them: their admin,
/// users, groups, folders and sessions stay what they are until the operator initializes or repairs them.
/// </summary>
internal sealed class ImportPlanner(StateReader state, AgentworksConfig config, SessionPlanner sessions, LegacyState legacy)
{
    /// <summary>Stands for the step that an imported thing still needs, so that it shows as partial until then.</summary>
    public const string Pending = "imported";

    private readonly ImportPlan _plan = new();
    private readonly Dictionary<string, VmRow> _vms = new(StringComparer.Ordinal);
    private readonly Dictionary<string, WorkspaceRow> _workspaces = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AgentRow> _agents = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SessionRow> _sessions = new(StringComparer.Ordinal);

    public ImportPlan Plan()
    {
        legacy.VmHosts.ToList().ForEach(Plan);
        legacy.Vms.ToList().ForEach(Plan);
        legacy.Workspaces.ToList().ForEach(Plan);
        legacy.Agents.ToList().ForEach(Plan);
        legacy.Sessions.ToList().ForEach(Plan);
        legacy.Grants.ToList().ForEach(Plan);
        legacy.Consoles.ToList().ForEach(Plan);
        return _plan;
    }

    private void Plan(LegacyState.VmHostEntry host)
    {
        if (state.FindVmHost(host.Name) is { } there)
        {
            Settle(EntityKind.VmHost, host.Name, null, there.Address == host.Address);
            return;
        }

        var row = new VmHostRow { Id = Identifier.New(), Name = host.Name, Address = host.Address, System = host.System, Created = host.Created };
        _plan.Add(EntityKind.VmHost, host.Name, null, host.Address, writer => writer.Insert(row));
    }

    private void Plan(LegacyState.VmEntry vm)
    {
        if (vm.Address is null || vm.Provisioning != "complete")
        {
            _plan.Leave(EntityKind.Vm, vm.Name, vm.Name, ImportStatus.Skipped, vm.Address is null ? "it has no address; it never joined the tailnet" : $"its provisioning is {vm.Provisioning}");
            return;
        }

        var row = new VmRow
        {
            Id = Identifier.New(),
            Name = vm.Name,
            Platform = "ssh",
            Template = Template(vm.Template, config.VmTemplates),
            State = LifecycleState.Partial,
            DesiredPower = DesiredPower.Running,
            AdminUser = vm.AdminUser,
            HostName = $"{vm.Platform}--{vm.Name}",
            WorkspacesPath = config.Paths.VmWorkspaces,
            Cpus = vm.Cpus,
            MemoryMiB = vm.MemoryGiB * 1024,
            DiskGiB = vm.DiskGiB,
            VmHost = vm.VmHost,
            OptionsJson = JsonSerializer.Serialize(new Dictionary<string, string>(StringComparer.Ordinal) { ["host"] = vm.Address, ["user"] = vm.AdminUser }),
            FailedSteps = Pending,
            Created = vm.Created,
        };
        if (state.FindVm(vm.Name) is { } there)
        {
            if (Settle(EntityKind.Vm, vm.Name, vm.Name, there.Platform == row.Platform && there.OptionsJson == row.OptionsJson))
            {
                _vms[vm.Name] = there;
                _plan.Reach(there);
            }

            return;
        }

        _vms[vm.Name] = row;
        _plan.Reach(row);
        _plan.Add(EntityKind.Vm, vm.Name, vm.Name, $"{vm.Platform}, reached as {vm.AdminUser}@{vm.Address}", writer => writer.Insert(row));
    }

    private void Plan(LegacyState.WorkspaceEntry workspace)
    {
        if (!_vms.TryGetValue(workspace.Vm, out var vm))
        {
            Orphan(EntityKind.Workspace, workspace.Name, workspace.Vm);
        }
        else if (state.FindWorkspace(workspace.Name) is { } there)
        {
            if (Settle(EntityKind.Workspace, workspace.Name, workspace.Vm, there.VmId == vm.Id))
            {
                _workspaces[workspace.Name] = there;
            }
        }
        else
        {
            var row = new WorkspaceRow
            {
                Id = Identifier.New(),
                Name = workspace.Name,
                VmId = vm.Id,
                Isolation = WorkspaceIsolation.Shared,
                State = LifecycleState.Partial,
                Template = Template(workspace.Template, config.WorkspaceTemplates),
                Path = workspace.Path,
                LinuxGroup = workspace.LinuxGroup,
                Created = workspace.Created,
            };
            _workspaces[workspace.Name] = row;
            _plan.Add(EntityKind.Workspace, workspace.Name, workspace.Vm, workspace.Path, writer => writer.Insert(row));
        }
    }

    private void Plan(LegacyState.AgentEntry agent)
    {
        if (!_vms.TryGetValue(agent.Vm, out var vm))
        {
            Orphan(EntityKind.Agent, agent.Name, agent.Vm);
        }
        else if (state.FindAgent(agent.Name) is { } there)
        {
            if (Settle(EntityKind.Agent, agent.Name, agent.Vm, there.VmId == vm.Id))
            {
                _agents[agent.Name] = there;
            }
        }
        else
        {
            var row = new AgentRow
            {
                Id = Identifier.New(),
                Name = agent.Name,
                VmId = vm.Id,
                State = LifecycleState.Partial,
                Template = Template(agent.Template, config.AgentTemplates),
                LinuxUser = agent.LinuxUser,
                AllWorkspaces = agent.AllWorkspaces,
                FailedSteps = Pending,
                Created = agent.Created,
            };
            _agents[agent.Name] = row;
            _plan.Add(EntityKind.Agent, agent.Name, agent.Vm, agent.LinuxUser, writer => writer.Insert(row));
        }
    }

    private void Plan(LegacyState.SessionEntry session)
    {
        var workspace = _workspaces.GetValueOrDefault(session.Workspace);
        var agent = session.Agent is null ? null : _agents.GetValueOrDefault(session.Agent);
        var vm = workspace is null ? null : _vms.Values.First(row => row.Id == workspace.VmId);
        if (workspace is null || (session.Agent is not null && agent is null))
        {
            Orphan(EntityKind.Session, session.Name, vm?.Name);
        }
        else if (agent is not null && agent.VmId != workspace.VmId)
        {
            _plan.Leave(EntityKind.Session, session.Name, vm!.Name, ImportStatus.Skipped, "its agent and its workspace are on different machines");
        }
        else if (state.FindSession(session.Name) is { } there)
        {
            if (Settle(EntityKind.Session, session.Name, vm!.Name, there.WorkspaceId == workspace.Id))
            {
                _sessions[session.Name] = there;
            }
        }
        else
        {
            var known = config.SessionTemplates.ContainsKey(session.Template);
            var request = new NewSession { Name = session.Name, Workspace = workspace.Name, Agent = agent?.Name, Template = known ? session.Template : null };
            var row = sessions.Plan(request, new SessionPlace(vm!, workspace, agent)) with
            {
                State = LifecycleState.Ready,
                Desired = DesiredPower.Stopped,
                RunId = null,
                MadeWorkspace = session.MadeWorkspace,
                MadeAgent = session.MadeAgent,
                Created = session.Created,
            };
            _sessions[session.Name] = row;
            var detail = known ? $"template {session.Template}" : $"its template '{session.Template}' is not in config.toml: a login shell";
            _plan.Add(EntityKind.Session, session.Name, vm!.Name, session.Stopped ? detail : detail + "; if it runs in agw's tmux, it goes on there", writer => writer.Insert(row));
        }
    }

    // An agent that has all workspaces has no grants of its own here. The database refuses those between machines, which agw let pass.
    private void Plan(LegacyState.GrantEntry grant)
    {
        var session = grant.Session is null ? null : _sessions.GetValueOrDefault(grant.Session);
        if (!_agents.TryGetValue(grant.Agent, out var agent) || !_workspaces.TryGetValue(grant.Workspace, out var workspace)
            || agent.VmId != workspace.VmId || (grant.Session is null ? agent.AllWorkspaces : session is null))
        {
            return;
        }

        var row = session is null ? new GrantRow(agent.Id, workspace.Id, GrantKind.Explicit) : new GrantRow(agent.Id, workspace.Id, GrantKind.Implicit, session.Id);
        if (!state.ListGrants(agent.Id, workspace.Id, session?.Id).Contains(row))
        {
            var vm = _vms.Values.First(one => one.Id == agent.VmId).Name;
            _plan.Add("grant", $"{grant.Agent} {grant.Workspace}", vm, session is null ? "explicit" : $"for session {grant.Session}", writer => writer.AddGrant(row));
        }
    }

    private void Plan(LegacyState.ConsoleEntry console)
    {
        if (!_vms.TryGetValue(console.Vm, out var vm))
        {
            Orphan(EntityKind.Console, console.Name, console.Vm);
        }
        else if (state.FindConsole(console.Name) is { } there)
        {
            Settle(EntityKind.Console, console.Name, console.Vm, there.VmId == vm.Id);
        }
        else
        {
            var row = new ConsoleRow { Id = Identifier.New(), Name = console.Name, VmId = vm.Id, AdminShell = console.AdminShell, Created = console.Created };
            var members = legacy.ConsoleSessions.Where(member => member.Console == console.Name && _sessions.ContainsKey(member.Session))
                .Select(member => new ConsoleSessionRow(row.Id, _sessions[member.Session].Id, member.Position, Shells(member.Shells))).ToList();
            _plan.Add(EntityKind.Console, console.Name, console.Vm, $"{members.Count} sessions", writer =>
            {
                writer.Insert(row);
                members.ForEach(writer.Insert);
            });
        }
    }

    // Here each shell has a mark of its own. What agw itself could not read is no shells.
    private static string Shells(string json)
    {
        try
        {
            return ShellRow.Write([.. ShellRow.Read(json).Select(shell => shell with { Id = Identifier.New() })]);
        }
        catch (JsonException)
        {
            return "[]";
        }
    }

    private bool Settle(string kind, string name, string? vm, bool same)
    {
        _plan.Leave(kind, name, vm, same ? ImportStatus.Unchanged : ImportStatus.Skipped, same ? "imported before" : "another one has that name here");
        return same;
    }

    private void Orphan(string kind, string name, string? vm) =>
        _plan.Leave(kind, name, vm, ImportStatus.Skipped, "what it belongs to is not imported");

    private static string Template<T>(string? name, IReadOnlyDictionary<string, T> known) =>
        name is not null && known.ContainsKey(name) ? name : "default";
}
