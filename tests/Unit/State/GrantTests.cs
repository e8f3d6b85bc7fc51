using Agentworks.Errors;
using Agentworks.Model;
using Agentworks.State;
using Agentworks.State.Rows;

namespace Agentworks.Tests.Unit.State;

public sealed class GrantTests : IDisposable
{
    private readonly TestFolder folder = new();
    private readonly StateStore store;

    public GrantTests()
    {
        store = StateStore.Open(folder.Home, TimeProvider.System);
        Sample.Fill(store);
    }

    public void Dispose()
    {
        store.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void A_grant_is_there_once()
    {
        Assert.False(store.Write(writer => writer.AddGrant(new GrantRow("coder", "app", GrantKind.Explicit))));
        Assert.False(store.Write(writer => writer.AddGrant(new GrantRow("coder", "app", GrantKind.Implicit, "s1"))));
        Assert.True(store.Write(writer => writer.AddGrant(new GrantRow("coder", "app", GrantKind.All))));
        Assert.Equal(3, Grants().Count);

        Assert.True(store.Write(writer => writer.RemoveGrant(new GrantRow("coder", "app", GrantKind.Explicit))));
        Assert.False(store.Write(writer => writer.RemoveGrant(new GrantRow("coder", "app", GrantKind.Explicit))));
        Assert.Equal([GrantKind.All, GrantKind.Implicit], Grants().Select(grant => grant.Kind));
    }

    [Fact]
    public void Implicit_grants_belong_to_a_session_of_that_agent_and_workspace_and_others_to_none()
    {
        Assert.Throws<StateWriteException>(() => store.Write(writer => writer.AddGrant(new GrantRow("coder", "app", GrantKind.Implicit))));
        Assert.Throws<StateWriteException>(() => store.Write(writer => writer.AddGrant(new GrantRow("coder", "app", GrantKind.Explicit, "s1"))));
        Assert.Throws<StateWriteException>(() => store.Write(writer => writer.AddGrant(new GrantRow("coder", "app", GrantKind.Implicit, "s2"))));
        Assert.Equal(2, Grants().Count);
    }

    [Fact]
    public void Agent_and_workspace_live_on_one_machine()
    {
        Assert.Throws<InvalidRequestException>(() => store.Write(writer => writer.AddGrant(new GrantRow("coder", "far", GrantKind.Explicit))));
        Assert.Throws<StateWriteException>(() => store.Write(writer => writer.Insert(Sample.Session("s3", "far", "coder"))));
        Assert.Throws<StateWriteException>(() => store.Write(writer => writer.Update(writer.FindWorkspace("app")! with { VmId = "two" })));
        Assert.Throws<StateWriteException>(() => store.Write(writer => writer.Update(writer.FindSession("s1")! with { WorkspaceId = "far" })));
        Assert.Throws<StateWriteException>(() => store.Write(writer => writer.AddGrant(new GrantRow("coder", "none", GrantKind.Explicit))));
    }

    [Fact]
    public void A_session_takes_its_implicit_grant_along()
    {
        Assert.True(store.Write(writer => writer.DeleteSession("s1")));
        Assert.Equal([GrantKind.Explicit], Grants().Select(grant => grant.Kind));
        Assert.False(store.Write(writer => writer.DeleteSession("s1")));
    }

    [Fact]
    public void An_agent_takes_its_sessions_and_grants_along()
    {
        store.Write(writer => writer.DeleteAgent("coder"));
        Assert.Empty(Grants());
        Assert.Equal(["s2"], store.Read(reader => reader.ListSessions()).Select(session => session.Name));
    }

    [Fact]
    public void A_workspace_takes_its_sessions_and_grants_along()
    {
        store.Write(writer => writer.DeleteWorkspace("app"));
        Assert.Empty(Grants());
        Assert.Empty(store.Read(reader => reader.ListSessions()));
        Assert.Single(store.Read(reader => reader.ListAgents()));
    }

    [Fact]
    public void A_machine_takes_everything_along()
    {
        store.Write(writer => writer.DeleteVm("one"));
        store.Read(reader =>
        {
            Assert.Equal(["far"], reader.ListWorkspaces().Select(row => row.Name));
            Assert.Empty(reader.ListAgents());
            Assert.Empty(reader.ListSessions());
            Assert.Empty(reader.ListGrants());
            return true;
        });
    }

    [Fact]
    public void Grants_are_found_by_each_side()
    {
        store.Read(reader =>
        {
            Assert.Equal(2, reader.ListGrants(agentId: "coder", workspaceId: "app").Count);
            Assert.Empty(reader.ListGrants(workspaceId: "far"));
            Assert.Equal(new GrantRow("coder", "app", GrantKind.Implicit, "s1"), Assert.Single(reader.ListGrants(sessionId: "s1")));
            return true;
        });
    }

    private IReadOnlyList<GrantRow> Grants() => store.Read(reader => reader.ListGrants());
}
