using Agentworks.Config;
using Agentworks.Errors;
using Agentworks.Model;
using Agentworks.Sessions;
using Agentworks.State;
using Agentworks.State.Rows;

namespace Agentworks.Consoles;

/// <summary>
/// Works out what a console is to be, from what is recorded and the configuration alone. The consoles of workspaces and machines have
/// two hyphens in their names on the machine, which no recorded console can have.
/// </summary>
public sealed class ConsolePlanner(StateStore store, ConfigService config)
{
    public ConsolePlan Plan(ConsoleTarget target) => target switch
    {
        { Console: { } console } => Named(console),
        { Workspace: { } workspace } => OfWorkspace(workspace),
        _ => OfVm(target.Vm ?? throw new InvalidRequestException("No console is named.")),
    };

    public ConsolePlan Named(string name) => store.Read(state =>
    {
        var row = state.FindConsole(name) ?? throw NoSuchConsole(name);
        var vm = state.GetVm(row.VmId)!;
        var members = state.ListConsoleSessions(consoleId: row.Id)
            .Select(member => Window(state, state.GetSession(member.SessionId)!, ShellRow.Read(member.Shells)));
        return Plan(vm, row.Name, row.AdminShell ? ConsoleWindow.Shell(vm.AdminUser, string.Empty) : null, members);
    });

    internal static NotFoundException NoSuchConsole(string name) =>
        new(EntityKind.Console, name) { Target = name, Recommendation = "Get-AgwConsole lists the consoles." };

    // Its shell is the workspace's own user's, like that of Enter-AgwWorkspace.
    private ConsolePlan OfWorkspace(string name) => store.Read(state =>
    {
        var workspace = state.RequireWorkspace(name);
        return Plan(
            state.GetVm(workspace.VmId)!,
            $"workspace--{name}",
            ConsoleWindow.Shell(workspace.LinuxGroup, workspace.Path),
            state.ListSessions(workspaceId: workspace.Id).Select(row => Window(state, row, [])));
    });

    private ConsolePlan OfVm(string name) => store.Read(state =>
    {
        var vm = state.RequireVm(name);
        var workspaces = state.ListWorkspaces(vm.Id).ToDictionary(row => row.Id, row => row.Name, StringComparer.Ordinal);
        return Plan(
            vm,
            $"vm--{name}",
            ConsoleWindow.Shell(vm.AdminUser, string.Empty),
            state.ListSessions(vmId: vm.Id).OrderBy(row => workspaces[row.WorkspaceId], StringComparer.Ordinal).Select(row => Window(state, row, [])));
    });

    private ConsolePlan Plan(VmRow vm, string name, ConsoleWindow? shell, IEnumerable<ConsoleWindow> sessions) =>
        new(vm, new ConsoleDefinition(name, config.Load().NamedConsole.TmuxLayout, [.. shell is null ? [] : new[] { shell }, .. sessions]));

    private static ConsoleWindow Window(StateReader state, SessionRow session, IReadOnlyList<ShellRow> shells)
    {
        var place = SessionPlace.Of(state, session);
        return new ConsoleWindow(
            session.Name,
            IsShell: false,
            place.User,
            place.Workspace.Path,
            [.. shells.Select(shell => new ConsolePane(shell.Id, shell.Admin ? place.Vm.AdminUser : place.User, shell.WorkingDirectory))]);
    }
}
