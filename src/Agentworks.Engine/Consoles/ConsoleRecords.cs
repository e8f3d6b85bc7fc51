using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Model;
using Agentworks.State;
using Agentworks.State.Rows;

namespace Agentworks.Consoles;

/// <summary>Changes of what is recorded of consoles; each is one transaction, or happens within the caller's.</summary>
internal static class ConsoleRecords
{
    /// <summary>Records a console with its sessions.</summary>
    /// <param name="state">The transaction.</param>
    /// <param name="request">What is wanted.</param>
    /// <param name="vm">Its machine.</param>
    /// <param name="more">Sessions beyond those that are named.</param>
    public static AgwConsole Create(StateWriter state, NewConsole request, VmRow vm, IReadOnlyList<string> more)
    {
        if (state.FindConsole(request.Name) is not null)
        {
            throw new AlreadyExistsException(EntityKind.Console, request.Name)
            {
                Target = request.Name,
                Recommendation = $"Add-AgwConsoleSession {request.Name}, or choose another name.",
            };
        }

        var row = state.Insert(new ConsoleRow { Id = Identifier.New(), Name = request.Name, VmId = vm.Id, AdminShell = request.AdminShell });
        Append(state, row, [.. request.Sessions, .. more.Select(name => new ConsoleSpec(name, 0))]);
        var console = ConsoleModel.Of(state, row);
        return console.SessionCount > 0 || console.AdminShell
            ? console
            : throw new InvalidRequestException($"Console '{request.Name}' would be empty.")
            {
                Target = request.Name,
                Recommendation = "Name sessions with -Session, or add -All, -AllRunning or -AdminShell.",
            };
    }

    /// <summary>The machine that the request names, that its sessions live on, or the only one there is.</summary>
    public static VmRow FindVm(StateReader state, NewConsole request)
    {
        if (request.Vm is not null || request.Sessions.Count == 0)
        {
            return state.RequireVmOrOnly(request.Vm);
        }

        var vms = request.Sessions.Select(spec => VmOf(state, RequireSession(state, spec.Session))).DistinctBy(vm => vm.Id, StringComparer.Ordinal).ToArray();
        return vms.Length == 1
            ? vms[0]
            : throw new InvalidRequestException($"The sessions live on several VMs: {string.Join(", ", vms.Select(vm => vm.Name))}. A console has one.")
            {
                Target = request.Name,
                Recommendation = "Make a console for each VM.",
            };
    }

    /// <summary>Puts sessions behind those that are there.</summary>
    public static void Append(StateWriter state, ConsoleRow console, IReadOnlyList<ConsoleSpec> specs)
    {
        ConsoleOrder.RequireOnce(specs.Select(spec => spec.Session));
        var members = state.ListConsoleSessions(consoleId: console.Id);
        var position = members.Count == 0 ? 0 : members.Max(member => member.Position) + 1;
        foreach (var spec in specs)
        {
            var session = RequireSession(state, spec.Session);
            var vm = VmOf(state, session);
            if (vm.Id != console.VmId)
            {
                throw new InvalidRequestException(
                    $"Session '{session.Name}' lives on VM '{vm.Name}', console '{console.Name}' on VM '{state.GetVm(console.VmId)!.Name}'.")
                {
                    Target = session.Name,
                    Recommendation = $"Choose from: Get-AgwSession -Vm {state.GetVm(console.VmId)!.Name}",
                };
            }

            if (members.Any(member => member.SessionId == session.Id))
            {
                throw new InvalidRequestException($"Session '{session.Name}' is in console '{console.Name}' already.")
                {
                    Target = session.Name,
                    Recommendation = $"Add-AgwConsoleShell {console.Name} {session.Name} puts a shell beside it.",
                };
            }

            state.Insert(new ConsoleSessionRow(console.Id, session.Id, position++, ShellRow.Write(spec.Shells)));
        }
    }

    public static void Remove(StateWriter state, ConsoleRow console, IReadOnlyList<string> sessions)
    {
        ConsoleOrder.RequireOnce(sessions);
        foreach (var name in sessions)
        {
            state.DeleteConsoleSession(console.Id, RequireMember(state, console, name).SessionId);
        }
    }

    /// <summary>False when they are in that order already.</summary>
    public static bool Reorder(StateWriter state, ConsoleRow console, IReadOnlyList<string> first)
    {
        var members = state.ListConsoleSessions(consoleId: console.Id).ToDictionary(member => state.GetSession(member.SessionId)!.Name, StringComparer.Ordinal);
        var before = members.Values.OrderBy(member => member.Position).Select(member => state.GetSession(member.SessionId)!.Name).ToArray();
        var order = ConsoleOrder.Reorder(console.Name, before, first);
        if (order.SequenceEqual(before, StringComparer.Ordinal))
        {
            return false;
        }

        for (var position = 0; position < order.Count; position++)
        {
            state.Update(members[order[position]] with { Position = position });
        }

        return true;
    }

    public static void AddShell(StateWriter state, ConsoleRow console, NewConsoleShell request)
    {
        request.Validate();
        var member = RequireMember(state, console, request.Session);
        var shells = ShellRow.Read(member.Shells);
        if (shells.Count >= ConsoleSpec.MaxShells)
        {
            throw new InvalidRequestException($"Session '{request.Session}' has {shells.Count} shells in console '{console.Name}', and more would not fit.")
            {
                Target = request.Session,
                Recommendation = $"Remove-AgwConsoleShell {console.Name} {request.Session} -Index 0",
            };
        }

        Write(state, member, [.. shells, new ShellRow(Identifier.New(), request.WorkingDirectory, request.Admin)]);
    }

    public static void RemoveShells(StateWriter state, ConsoleRow console, string session, IReadOnlyCollection<int> indexes)
    {
        var member = RequireMember(state, console, session);
        var shells = ShellRow.Read(member.Shells);
        foreach (var index in indexes.Where(index => index < 0 || index >= shells.Count))
        {
            throw new InvalidRequestException($"Session '{session}' has no shell {index} in console '{console.Name}': it has {shells.Count}, counted from 0.")
            {
                Target = index,
                Recommendation = $"(Get-AgwConsole {console.Name}).Sessions.Shells lists them.",
            };
        }

        Write(state, member, [.. shells.Where((_, index) => !indexes.Contains(index))]);
    }

    /// <summary>The consoles whose last session this is.</summary>
    public static IReadOnlyList<string> EmptiedBy(StateReader state, SessionRow session)
    {
        var names = state.ListConsoles().ToDictionary(row => row.Id, row => row.Name, StringComparer.Ordinal);
        return [.. state.ListConsoleSessions(sessionId: session.Id)
            .Where(member => state.ListConsoleSessions(consoleId: member.ConsoleId).Count == 1)
            .Select(member => names[member.ConsoleId])];
    }

    public static WarningEvent Emptied(string console) =>
        new($"Console '{console}' has no sessions any more. Add-AgwConsoleSession {console} adds some; Remove-AgwConsole {console} removes it.");

    public static ConsoleRow Require(StateReader state, string name) => state.FindConsole(name) ?? throw ConsolePlanner.NoSuchConsole(name);

    private static void Write(StateWriter state, ConsoleSessionRow member, IReadOnlyList<ShellRow> shells) =>
        state.Update(member with { Shells = ShellRow.Write(shells) });

    private static ConsoleSessionRow RequireMember(StateReader state, ConsoleRow console, string name)
    {
        var session = state.FindSession(name);
        return state.ListConsoleSessions(consoleId: console.Id).FirstOrDefault(member => member.SessionId == session?.Id)
            ?? throw ConsoleOrder.NotMember(console.Name, name);
    }

    private static SessionRow RequireSession(StateReader state, string name) =>
        state.FindSession(name) ?? throw Sessions.SessionService.NoSuchSession(name);

    private static VmRow VmOf(StateReader state, SessionRow session) => state.GetVm(state.GetWorkspace(session.WorkspaceId)!.VmId)!;
}
