using Agentworks.Config;
using Agentworks.Consoles;
using Agentworks.Errors;
using Agentworks.Model;
using Agentworks.State;
using Agentworks.State.Rows;
using Agentworks.Tests.Unit.State;

namespace Agentworks.Tests.Unit.Consoles;

public sealed class ConsoleRecordsTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly StateStore _store;

    public ConsoleRecordsTests()
    {
        _store = StateStore.Open(_folder.Home, TimeProvider.System);
        Sample.Fill(_store);
        _store.Write(state =>
        {
            state.Insert(Sample.Session("s3", "app", "coder"));
            state.Insert(Sample.Session("distant", "far"));
        });
    }

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Positions_may_have_gaps_and_new_members_come_last()
    {
        Make("c", "s1", "s2", "s3");
        Change("c", (state, row) => ConsoleRecords.Remove(state, row, ["s3"]));
        Change("c", (state, row) => ConsoleRecords.Remove(state, row, ["s1"]));
        Change("c", (state, row) => ConsoleRecords.Append(state, row, [new("s1", 1), new("s3", 0)]));
        Assert.Equal(["s2", "s1+1", "s3"], Members("c"));
        Change("c", (state, row) => ConsoleRecords.Reorder(state, row, ["s3", "s1"]));
        Assert.Equal(["s3", "s1+1", "s2"], Members("c"));
        Assert.False(_store.Write(state => ConsoleRecords.Reorder(state, state.FindConsole("c")!, ["s3"])));
    }

    [Fact]
    public void A_session_of_another_machine_is_refused_and_nothing_is_recorded()
    {
        Assert.Equal("distant", Assert.Throws<InvalidRequestException>(() => Make("c", "s1", "distant")).Target);
        Assert.Null(_store.Read(state => state.FindConsole("c")));
        Assert.Throws<InvalidRequestException>(() => _store.Read(state => ConsoleRecords.FindVm(state, Request("c", "s1", "distant"))));
        Assert.Equal("two", _store.Read(state => ConsoleRecords.FindVm(state, Request("c", "distant"))).Name);

        // Nor does the schema take one.
        Make("c", "s1");
        Assert.Throws<StateWriteException>(() => _store.Write(state => state.Insert(new ConsoleSessionRow(state.FindConsole("c")!.Id, "distant", 9, "[]"))));
    }

    [Fact]
    public void A_session_is_in_a_console_once()
    {
        Make("c", "s1");
        Assert.Throws<InvalidRequestException>(() => Change("c", (state, row) => ConsoleRecords.Append(state, row, [new("s2", 0), new("s1", 0)])));
        Assert.Throws<InvalidRequestException>(() => Change("c", (state, row) => ConsoleRecords.Append(state, row, [new("s2", 0), new("s2", 0)])));
        Assert.Throws<StateWriteException>(() => _store.Write(state => state.Insert(new ConsoleSessionRow(state.FindConsole("c")!.Id, "s1", 9, "[]"))));
        Assert.Equal(["s1"], Members("c"));
    }

    [Fact]
    public void What_goes_takes_its_places_in_consoles_along()
    {
        Make("c", "s1+2", "s2");
        Make("only", "s1");
        Assert.Equal(["only"], _store.Read(state => ConsoleRecords.EmptiedBy(state, state.FindSession("s1")!)));
        _store.Write(state => state.DeleteSession("s1"));
        Assert.Equal(["s2"], Members("c"));
        Assert.Empty(Members("only"));

        _store.Write(state => state.DeleteConsole(state.FindConsole("only")!.Id));
        Assert.NotNull(_store.Read(state => state.FindSession("s2")));
        _store.Write(state => state.DeleteVm("one"));
        Assert.Empty(_store.Read(state => state.ListConsoles()));
        Assert.Empty(_store.Read(state => state.ListConsoleSessions()));
    }

    [Fact]
    public void Filters_by_workspace_and_agent_must_hold_for_one_and_the_same_session()
    {
        // s1 is coder's in app; web is nobody's in app2.
        _store.Write(state =>
        {
            state.Insert(Sample.Workspace("app2", "one"));
            state.Insert(Sample.Session("web", "app2"));
        });
        Make("c", "s1", "web");
        var console = _store.Read(ConsoleModel.List).Single();
        Assert.True(console.HasMember(null, null));
        Assert.True(console.HasMember(Set("app2"), null));
        Assert.True(console.HasMember(null, Set("other", "coder")));
        Assert.True(console.HasMember(Set("app2", "app"), Set("coder")));
        Assert.False(console.HasMember(Set("app2"), Set("coder")));
    }

    [Fact]
    public void A_shell_keeps_its_mark_when_others_go()
    {
        Make("c", "s1+1");
        Change("c", (state, row) => ConsoleRecords.AddShell(state, row, new NewConsoleShell("s1", "src", Admin: true)));
        var before = Shells();
        Change("c", (state, row) => ConsoleRecords.RemoveShells(state, row, "s1", [0]));
        Assert.Equal([before[1]], Shells());
        Assert.NotEqual(before[0].Id, before[1].Id);
        Assert.Throws<InvalidRequestException>(() => Change("c", (state, row) => ConsoleRecords.RemoveShells(state, row, "s1", [1])));
        Assert.Throws<NotFoundException>(() => Change("c", (state, row) => ConsoleRecords.RemoveShells(state, row, "s2", [0])));

        ShellRow[] Shells() => [.. ShellRow.Read(_store.Read(state => state.ListConsoleSessions()).Single().Shells)];
    }

    [Fact]
    public void The_definition_says_whose_each_pane_is()
    {
        Make("c", "s1", "s2+1");
        Change("c", (state, row) => ConsoleRecords.AddShell(state, row, new NewConsoleShell("s1", "src", Admin: true)));
        var planner = new ConsolePlanner(_store, new ConfigService(_folder.Home));
        var plan = planner.Named("c");
        Assert.Equal("aw-session-vertical", plan.Definition.Layout);
        Assert.Equal(["s1 agt-coder /workspaces/app", "s2 admin /workspaces/app"], plan.Definition.Windows.Select(window => $"{window.Name} {window.User} {window.Path}"));
        Assert.Equal(["admin src", "admin "], plan.Definition.Windows.SelectMany(window => window.Shells).Select(shell => $"{shell.User} {shell.WorkingDirectory}"));

        var workspace = planner.Plan(new ConsoleTarget(Workspace: "app"));
        Assert.Equal(("--admin--", "ws-app", "/workspaces/app"), (workspace.Definition.Windows[0].Name, workspace.Definition.Windows[0].User, workspace.Definition.Windows[0].Path));
        Assert.Equal(["--admin--", "s1", "s2", "s3"], workspace.Definition.Windows.Select(window => window.Name));
        Assert.Equal(("--admin--", "admin"), planner.Plan(new ConsoleTarget(Vm: "two")).Definition.Windows.Select(window => (window.Name, window.User)).First());

        // Names that no recorded console can have.
        Assert.Throws<InvalidNameException>(() => Naming.Validate(EntityKind.Console, workspace.Definition.Name));
        Assert.Throws<InvalidNameException>(() => Naming.Validate(EntityKind.Console, planner.Plan(new ConsoleTarget(Vm: "two")).Definition.Name));
        Assert.Throws<InvalidNameException>(() => Naming.Validate(EntityKind.Session, ConsoleWindow.AdminName));
    }

    [Fact]
    public void A_report_is_read_line_by_line_whatever_else_is_said()
    {
        var report = ConsoleReport.Parse("noise\nconsole\tchanged\nweb\tbuilt\t\napi\trepaired\tsession pane, shell 1\nbad\tfailed\tno space\n");
        Assert.Equal("changed", report.State);
        Assert.Equal(["window"], report.Windows[0].Done);
        Assert.Equal(["session pane", "shell 1"], report.Windows[1].Done);
        Assert.True(report.Windows[2].Failed);
    }

    private static HashSet<string> Set(params string[] names) => new(names, StringComparer.Ordinal);

    private static NewConsole Request(string name, params string[] specs) => new() { Name = name, Sessions = [.. specs.Select(ConsoleSpec.Parse)] };

    private void Make(string name, params string[] specs) =>
        _store.Write(state => ConsoleRecords.Create(state, Request(name, specs), state.GetVm("one")!, []));

    private void Change(string name, Action<StateWriter, ConsoleRow> change) => _store.Write(state => change(state, state.FindConsole(name)!));

    private IEnumerable<string> Members(string name) =>
        _store.Read(ConsoleModel.List).Single(console => console.Name == name).Sessions.Select(session => session.ToString());
}
