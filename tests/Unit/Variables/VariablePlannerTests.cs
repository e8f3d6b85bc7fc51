using Agentworks.Model;
using Agentworks.Sessions;
using Agentworks.State.Rows;
using Agentworks.Tests.Unit.Config;
using Agentworks.Tests.Unit.State;
using Agentworks.Variables;

namespace Agentworks.Tests.Unit.Variables;

public sealed class VariablePlannerTests : IDisposable
{
    private const string Everywhere = """
        [vm_templates.default]
        env = { ALL = "vm", VM = "vm", HIDDEN = { secret = "vault-name" } }
        [workspace_templates.default]
        env = { ALL = "workspace", WORKSPACE = "workspace" }
        [agent_templates.default]
        env = { ALL = "agent", AGENT = "agent", HIDDEN = "plain" }
        [admin.config]
        env = { ALL = "admin" }
        [session_templates.default]
        env = { ALL = "session", SESSION = "{{session_name}} in {{workspace_name}}", TOKEN = { secret = "token" } }
        """;

    private static readonly VmRow Vm = Sample.Vm("v");
    private static readonly WorkspaceRow Workspace = Sample.Workspace("w", "v");
    private static readonly AgentRow Agent = new() { Id = "a", Name = "a", VmId = "v", State = LifecycleState.Ready, Template = "default", LinuxUser = "agt-a" };
    private static readonly Dictionary<string, string> Nothing = new(StringComparer.Ordinal);

    private readonly ConfigFolder _folder = new();

    public VariablePlannerTests() => _folder.Write(Everywhere);

    public void Dispose() => _folder.Dispose();

    private VariablePlanner Planner => new(_folder.Service());

    [Fact]
    public void ASessionSeesTheStrongestOfAllSources()
    {
        var variables = Planner.ForSession(Session("""{"ALL":"given"}""", """{"TOKEN":"other"}"""), new SessionPlace(Vm, Workspace, Agent)).ToDictionary(one => one.Name, StringComparer.Ordinal);
        Assert.Equal(("given", VariableSource.Parameter), (variables["ALL"].Value.Text, variables["ALL"].Source));
        Assert.Equal([VariableSource.Vm, VariableSource.Workspace, VariableSource.Agent, VariableSource.Session], variables["ALL"].Overrides);
        Assert.Equal(("vm", "workspace", "agent", "s in w"), (variables["VM"].Value.Text, variables["WORKSPACE"].Value.Text, variables["AGENT"].Value.Text, variables["SESSION"].Value.Text));
        Assert.Equal(("plain", "other"), (variables["HIDDEN"].Value.Text, variables["TOKEN"].Value.Secret));
        Assert.Equal(("v", "w", "a", "s"), (variables["AGENTWORKS_VM"].Value.Text, variables["AGENTWORKS_WORKSPACE"].Value.Text, variables["AGENTWORKS_AGENT"].Value.Text, variables["AGENTWORKS_SESSION"].Value.Text));
    }

    [Fact]
    public void TheAdminHasNoAgentsVariablesAndAnAgentNoneOfTheAdmin()
    {
        Assert.Equal("session", Value(Planner.ForSession(Session(), new SessionPlace(Vm, Workspace, null)), "ALL"));
        Assert.Equal("admin", Value(Planner.ForCommand(Vm, null, null, Nothing), "ALL"));
        Assert.Equal("workspace", Value(Planner.ForCommand(Vm, Workspace, null, Nothing), "ALL"));
        Assert.Equal("agent", Value(Planner.ForCommand(Vm, Workspace, Agent, Nothing), "ALL"));
        Assert.DoesNotContain(Planner.ForCommand(Vm, Workspace, null, Nothing), one => one.Name == "AGENT");
    }

    [Fact]
    public void FilesOfTheMachineHoldNoSecret()
    {
        Assert.Equal(["AGENTWORKS_VM", "ALL", "VM"], Planner.OfMachine(Vm).Keys.Order(StringComparer.Ordinal));
        Assert.Equal(["AGENT", "AGENTWORKS_AGENT", "ALL", "HIDDEN"], Planner.OfUser(Agent).Keys.Order(StringComparer.Ordinal));
        Assert.Equal(["ALL"], Planner.OfUser(null).Keys);
    }

    [Fact]
    public void AListOfNamesStandsForSecretsNamedLikeTheVariables()
    {
        var variables = Planner.ForSession(Session("{}", """["KEY"]"""), new SessionPlace(Vm, Workspace, Agent));
        Assert.Equal("KEY", variables.Single(one => one.Name == "KEY").Value.Secret);
    }

    [Fact]
    public void ATemplateThatIsGoneSetsNothing() =>
        Assert.Equal("workspace", Value(Planner.ForCommand(Vm with { Template = "gone" }, Workspace, Agent with { Template = "gone" }, Nothing), "ALL"));

    [Theory]
    [InlineData("[vm_templates.x]\nenv = { LD_PRELOAD = 'x' }", 2, 9, "vm_templates.x.env.LD_PRELOAD")]
    [InlineData("[admin.config]\nenv = { AGENTWORKS_VM = 'x' }", 2, 9, "admin.config.env.AGENTWORKS_VM")]
    [InlineData("[workspace_templates.x]\nenv = { A = 1 }", 2, 13, "workspace_templates.x.env.A")]
    [InlineData("[agent_templates.x]\nenv = { A = { secrets = 'x' } }", 2, 13, "agent_templates.x.env.A.secret")]
    [InlineData("[git_credentials.my-work]\ntype = 'github'\n[git_credentials.my_work]\ntype = 'github'", 3, 18, "git_credentials.my_work")]
    [InlineData("[git_credentials.x]\ntype = 'github'\nrepository = 'r'", 3, 14, "git_credentials.x.repository")]
    [InlineData("[git_credentials.x]\ntype = 'generic'", 1, 18, "git_credentials.x.host")]
    [InlineData("[git_credentials.x]\ntype = 'generic'\nhost = 'https://git.example.com'", 3, 8, "git_credentials.x.host")]
    [InlineData("[git_credentials.x]\ntype = 'github'\nowner = '../x'", 3, 9, "git_credentials.x.owner")]
    public void WhatCannotBeIsRefusedWhereItStands(string toml, int line, int column, string key) => _folder.RefuseAt(toml, line, column, key);

    private static string? Value(IReadOnlyList<Variable> variables, string name) => variables.Single(one => one.Name == name).Value.Text;

    private static SessionRow Session(string environment = "{}", string secrets = "{}") => new()
    {
        Id = "s",
        Name = "s",
        WorkspaceId = "w",
        State = LifecycleState.Ready,
        Desired = DesiredPower.Running,
        Template = "default",
        Command = string.Empty,
        EnvironmentJson = environment,
        SecretNamesJson = secrets,
    };
}
