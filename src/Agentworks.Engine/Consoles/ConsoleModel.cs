using Agentworks.Model;
using Agentworks.Sessions;
using Agentworks.State;
using Agentworks.State.Rows;

namespace Agentworks.Consoles;

/// <summary>What is recorded of consoles, as operators see it. Nothing is asked of any machine.</summary>
internal static class ConsoleModel
{
    public static IReadOnlyList<AgwConsole> List(StateReader state)
    {
        var members = state.ListConsoleSessions().ToLookup(member => member.ConsoleId, StringComparer.Ordinal);
        return [.. state.ListConsoles().Select(row => Make(state, row, members[row.Id]))];
    }

    public static AgwConsole Of(StateReader state, ConsoleRow row) => Make(state, row, state.ListConsoleSessions(consoleId: row.Id));

    private static AgwConsole Make(StateReader state, ConsoleRow row, IEnumerable<ConsoleSessionRow> members) => new()
    {
        Name = row.Name,
        Id = row.Id,
        Vm = state.GetVm(row.VmId)!.Name,
        AdminShell = row.AdminShell,
        // Arrays, because PowerShell cannot index what a collection expression makes here.
        Sessions = members.Select(member => Make(state, row.Name, member)).ToArray(),
        Created = row.Created,
    };

    private static AgwConsoleSession Make(StateReader state, string console, ConsoleSessionRow member)
    {
        var session = state.GetSession(member.SessionId)!;
        var place = SessionPlace.Of(state, session);
        return new AgwConsoleSession
        {
            Console = console,
            Session = session.Name,
            Workspace = place.Workspace.Name,
            Agent = place.Agent?.Name,
            Shells = ShellRow.Read(member.Shells).Select((shell, index) => new AgwConsoleShell
            {
                Console = console,
                Session = session.Name,
                Index = index,
                WorkingDirectory = shell.WorkingDirectory,
                Admin = shell.Admin,
            }).ToArray(),
        };
    }
}
