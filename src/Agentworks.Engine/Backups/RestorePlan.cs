using Agentworks.Config;
using Agentworks.Errors;
using Agentworks.Model;
using Agentworks.State;
using Agentworks.State.Rows;

namespace Agentworks.Backups;

/// <summary>What a backup becomes: new rows with ids of their own, and who becomes whom. What the backup says is checked, not trusted.</summary>
internal sealed class RestorePlan
{
    private readonly BackupState _state;
    private readonly Dictionary<string, WorkspaceRow> _workspaces;
    private readonly Dictionary<string, AgentRow> _agents;
    private readonly Dictionary<string, SessionRow> _sessions;
    private readonly Dictionary<string, ConsoleRow> _consoles;

    /// <exception cref="BackupInvalidException">The records contradict themselves.</exception>
    /// <exception cref="InvalidNameException">A new name cannot be one.</exception>
    public RestorePlan(BackupState state, BackupManifest manifest, RestoreVm request)
    {
        _state = state;
        try
        {
            _workspaces = state.Workspaces.ToDictionary(row => row.Id, row => row with { Id = Identifier.New(), Name = Named(EntityKind.Workspace, row.Name) }, StringComparer.Ordinal);
            _agents = state.Agents.ToDictionary(row => row.Id, row => row with { Id = Identifier.New(), Name = Named(EntityKind.Agent, row.Name) }, StringComparer.Ordinal);
            _sessions = state.Sessions.ToDictionary(row => row.Id, row => row with { Id = Identifier.New(), Name = Named(EntityKind.Session, row.Name) }, StringComparer.Ordinal);
            _consoles = state.Consoles.ToDictionary(row => row.Id, row => row with { Id = Identifier.New(), Name = Named(EntityKind.Console, row.Name) }, StringComparer.Ordinal);
        }
        catch (ArgumentException e)
        {
            throw new BackupInvalidException($"The backup in '{request.Path}' cannot be used: its records contradict themselves.", e) { Target = request.Path };
        }

        Require(request, state.Workspaces.All(row => IsUser(row.LinuxGroup)) && state.Agents.All(row => IsUser(row.LinuxUser)) && IsUser(state.Vm.AdminUser));
        Require(request, state.Sessions.All(row => _workspaces.ContainsKey(row.WorkspaceId) && (row.AgentId is null || _agents.ContainsKey(row.AgentId))));
        Require(request, state.Grants.All(row => _workspaces.ContainsKey(row.WorkspaceId) && _agents.ContainsKey(row.AgentId)));
        Require(request, state.ConsoleSessions.All(row => _consoles.ContainsKey(row.ConsoleId) && _sessions.ContainsKey(row.SessionId)));
        Require(request, state.Workspaces.All(row => manifest.Archives.Any(archive => archive.Kind == BackupArchive.Workspace && archive.Name == row.Name)));

        string Named(string kind, string name)
        {
            var made = request.NamePrefix + name + request.NameSuffix;
            Naming.Validate(kind, made);
            return made;
        }
    }

    /// <summary>All names that it takes, for their locks.</summary>
    public IReadOnlyList<(string Kind, string Name)> Names =>
    [
        .. _workspaces.Values.Select(row => (EntityKind.Workspace, row.Name)), .. _agents.Values.Select(row => (EntityKind.Agent, row.Name)),
        .. _sessions.Values.Select(row => (EntityKind.Session, row.Name)), .. _consoles.Values.Select(row => (EntityKind.Console, row.Name)),
    ];

    /// <summary>A name of it that is taken by something that is not on that machine; null for none.</summary>
    public (string Kind, string Name)? FindTaken(StateReader state, string? but) => Names.Select(name => ((string, string)?)name).FirstOrDefault(name => name!.Value.Item1 switch
    {
        EntityKind.Workspace => state.FindWorkspace(name.Value.Item2) is { } row && row.VmId != but,
        EntityKind.Agent => state.FindAgent(name.Value.Item2) is { } row && row.VmId != but,
        EntityKind.Session => state.FindSession(name.Value.Item2) is { } row && state.GetWorkspace(row.WorkspaceId)!.VmId != but,
        _ => state.FindConsole(name.Value.Item2) is { } row && row.VmId != but,
    });

    /// <summary>As they will be in the end, with what the backup called each.</summary>
    public IEnumerable<(WorkspaceRow Row, string Old)> Workspaces(VmRow vm, AgentworksConfig settings) => _state.Workspaces.Select(old => (_workspaces[old.Id] with
    {
        VmId = vm.Id,
        State = LifecycleState.Ready,
        Path = $"{vm.WorkspacesPath}/{_workspaces[old.Id].Name}",
        LinuxGroup = Naming.WorkspaceGroupPrefix + _workspaces[old.Id].Name,
        Isolation = WorkspaceIsolation.Shared,
        Template = settings.WorkspaceTemplates.ContainsKey(old.Template) ? old.Template : settings.ResolveWorkspaceTemplate(null).Name,
        Store = vm.WorkspaceStore,
        CopiedFrom = null,
        OtherPath = null,
        OtherVmId = null,
        ParentSnapshotId = null,
        AtSnapshotId = null,
        DiskOwner = null,
    }, old.Name));

    /// <inheritdoc cref="Workspaces"/>
    public IEnumerable<(AgentRow Row, string Old)> Agents(VmRow vm, AgentworksConfig settings) => _state.Agents.Select(old => (_agents[old.Id] with
    {
        VmId = vm.Id,
        LinuxUser = Naming.AgentUserPrefix + _agents[old.Id].Name,
        Template = settings.AgentTemplates.ContainsKey(old.Template) ? old.Template : settings.ResolveAgentTemplate(null).Name,
    }, old.Name));

    /// <summary>The users of the backup and whom they have become, "old new" a line.</summary>
    public string Users(VmRow vm) => Lines(_state.Workspaces.Select(old => (old.LinuxGroup, Naming.WorkspaceGroupPrefix + _workspaces[old.Id].Name))
        .Concat(_state.Agents.Select(old => (old.LinuxUser, Naming.AgentUserPrefix + _agents[old.Id].Name)))
        .Append((_state.Vm.AdminUser, vm.AdminUser)));

    /// <summary>The sessions' names, "old new" a line.</summary>
    public string Sessions => Lines(_state.Sessions.Select(old => (old.Name, _sessions[old.Id].Name)));

    /// <summary>The user here whose home an archive holds, and where that is; null for one who is not in the records.</summary>
    public (string User, string Path)? Home(string name, VmRow vm, string adminHome)
    {
        if (name == _state.Vm.AdminUser)
        {
            return (vm.AdminUser, adminHome);
        }

        if (_state.Workspaces.FirstOrDefault(row => row.LinuxGroup == name) is { } workspace)
        {
            var user = Naming.WorkspaceGroupPrefix + _workspaces[workspace.Id].Name;
            return (user, $"/var/lib/agentworks/homes/{user}");
        }

        var agent = _state.Agents.FirstOrDefault(row => row.LinuxUser == name);
        return agent is null ? null : (Naming.AgentUserPrefix + _agents[agent.Id].Name, $"/home/{Naming.AgentUserPrefix}{_agents[agent.Id].Name}");
    }

    /// <summary>The agents' explicit and session grants by the workspaces' new names, to be made on the machine.</summary>
    public IEnumerable<(string Agent, IReadOnlyList<string> Workspaces)> Access() => _state.Agents.Select(agent => (
        _agents[agent.Id].Name,
        (IReadOnlyList<string>)[.. agent.AllWorkspaces
            ? _workspaces.Values.Select(row => row.Name)
            : _state.Grants.Where(grant => grant.AgentId == agent.Id).Select(grant => _workspaces[grant.WorkspaceId].Name).Distinct(StringComparer.Ordinal)]));

    /// <summary>Records what is not recorded yet: sessions (stopped), grants, consoles and the machine's past.</summary>
    public void Record(StateWriter state, VmRow vm, AgentworksConfig settings)
    {
        foreach (var past in _state.Events.TakeLast(500))
        {
            state.Append(past with { VmId = vm.Id });
        }

        foreach (var old in _state.Agents)
        {
            var row = state.FindAgent(_agents[old.Id].Name)!;
            state.Update(row with { AllWorkspaces = old.AllWorkspaces, Created = old.Created });
        }

        foreach (var old in _state.Sessions.Where(old => state.FindSession(_sessions[old.Id].Name) is null))
        {
            var agent = old.AgentId is null ? null : state.FindAgent(_agents[old.AgentId].Name);
            var workspace = state.FindWorkspace(_workspaces[old.WorkspaceId].Name)!;
            var row = _sessions[old.Id] with
            {
                WorkspaceId = workspace.Id,
                AgentId = agent?.Id,
                State = LifecycleState.Ready,
                Desired = DesiredPower.Stopped,
                Template = settings.SessionTemplates.ContainsKey(old.Template) ? old.Template : settings.ResolveSessionTemplate(null).Name,
            };
            state.Insert(row);
            if (agent is not null)
            {
                state.AddGrant(new GrantRow(agent.Id, workspace.Id, GrantKind.Implicit, row.Id));
            }
        }

        foreach (var grant in _state.Grants.Where(grant => grant.Kind == GrantKind.Explicit))
        {
            state.AddGrant(new GrantRow(
                state.FindAgent(_agents[grant.AgentId].Name)!.Id, state.FindWorkspace(_workspaces[grant.WorkspaceId].Name)!.Id, GrantKind.Explicit));
        }

        foreach (var old in _state.Consoles.Where(old => state.FindConsole(_consoles[old.Id].Name) is null))
        {
            var console = state.Insert(_consoles[old.Id] with { VmId = vm.Id });
            foreach (var member in _state.ConsoleSessions.Where(member => member.ConsoleId == old.Id))
            {
                state.Insert(member with { ConsoleId = console.Id, SessionId = state.FindSession(_sessions[member.SessionId].Name)!.Id });
            }
        }
    }

    public AgwVmRestore Describe(VmRow vm, string path, TimeSpan took) => new()
    {
        Vm = vm.Name,
        Path = path,
        Workspaces = _workspaces.Values.Select(row => row.Name).ToArray(),
        Agents = _agents.Values.Select(row => row.Name).ToArray(),
        Sessions = _sessions.Values.Select(row => row.Name).ToArray(),
        Consoles = _consoles.Values.Select(row => row.Name).ToArray(),
        Duration = took,
    };

    private static string Lines(IEnumerable<(string Old, string New)> pairs) => string.Join('\n', pairs.Select(pair => $"{pair.Old} {pair.New}"));

    /// <summary>Names stand in files that a script writes.</summary>
    private static bool IsUser(string name)
    {
        try
        {
            Naming.ValidateUser(name);
            return true;
        }
        catch (InvalidNameException)
        {
            return false;
        }
    }

    private static void Require(RestoreVm request, bool holds)
    {
        if (!holds)
        {
            throw new BackupInvalidException($"The backup in '{request.Path}' cannot be used: its records contradict themselves.") { Target = request.Path };
        }
    }
}
