using System.Security.Cryptography;
using System.Text;
using Agentworks.Agents;
using Agentworks.Commands;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Sessions;
using Agentworks.Tests.EndToEnd.Support;
using Agentworks.Workspaces;

namespace Agentworks.Tests.EndToEnd;

/// <summary>Environment variables on a real machine: what reaches sessions, commands and shells, and that secrets are in no file.</summary>
[Collection("machine")]
public sealed class EnvironmentTests(MachineFixture machine) : IAsyncLifetime
{
    private const string Hostile = "$HOME `id` \"q\" 'x' \\ *\n second line\t$(false)";

    private static readonly NullEventSink Quiet = NullEventSink.Instance;

    private readonly string _canary = "canary" + Convert.ToHexString(RandomNumberGenerator.GetBytes(12));

    private string ConfigFile => Path.Combine(machine.Home, "config.toml");

    public async Task InitializeAsync()
    {
        if (new MachineFactAttribute().Skip is null)
        {
            await ConfigureAsync("first");
            Environment.SetEnvironmentVariable("AGW_TEST_VAULT", _canary);
            await machine.Engine.Workspaces.CreateAsync(new NewWorkspace { Name = "w" }, Quiet, CancellationToken.None);
            await machine.Engine.Agents.CreateAsync(new NewAgent { Name = "a", Workspaces = ["w"] }, Quiet, CancellationToken.None);
        }
    }

    public async Task DisposeAsync()
    {
        Environment.SetEnvironmentVariable("AGW_TEST_VAULT", null);
        if (new MachineFactAttribute().Skip is null)
        {
            File.Delete(ConfigFile);
            await machine.Engine.Agents.RemoveAsync("a", cascade: true, Quiet, CancellationToken.None);
            await machine.Engine.Workspaces.RemoveAsync("w", cascade: true, Quiet, CancellationToken.None);
            await machine.Engine.Vms.InitializeAsync(MachineFixture.Vm, Quiet, CancellationToken.None);
        }
    }

    [MachineFact]
    public async Task ASessionFindsAllItsVariablesExactlyAndTheConfigurationsOfToday()
    {
        const string Report = "printf '%s|' \"$HOSTILE\" \"$ALL\" \"$VM\" \"$AGENTWORKS_VM\" \"$AGENTWORKS_WORKSPACE\" \"$AGENTWORKS_AGENT\" \"$AGENTWORKS_SESSION\" > report; printf %s \"$TOKEN\" | sha256sum > digest; sleep 1000";
        await machine.Engine.Sessions.CreateAsync(
            new NewSession { Name = "env", Workspace = "w", Agent = "a", Command = Report, Environment = Map(("GIVEN", "given")) }, Quiet, CancellationToken.None);
        await ReportsAsync($"{Hostile}|agent|first|e2e|w|a|env|");
        await Eventually.BecomesAsync(async () => (await machine.RunAsync("cat digest", workspace: "w")).Output.StartsWith(Digest(_canary), StringComparison.Ordinal), "the session has its secret");
        Assert.Empty(await MachineSearch.FilesWithAsync(machine, _canary));

        // What changes in the configuration is there at the next start; what was given stays.
        await ConfigureAsync("second");
        await Outcomes.DrainAsync(machine.Engine.Sessions.StartAsync(["env"], restart: true, kill: false, Map(), Quiet, CancellationToken.None));
        await ReportsAsync($"{Hostile}|agent|second|e2e|w|a|env|");
        Assert.Equal("given", machine.Engine.Variables.OfSession("env").Single(one => one.Name == "GIVEN").Value);

        async Task ReportsAsync(string expected) => await Eventually.BecomesAsync(
            async () => (await machine.RunAsync("cat report", workspace: "w")).Output == expected, "the session reports " + expected);
    }

    [MachineFact]
    public async Task ASessionWhoseSecretsAreMissingIsNotBegunAndNamesThemAll()
    {
        Environment.SetEnvironmentVariable("AGW_TEST_VAULT", null);
        var error = await Assert.ThrowsAsync<SecretMissingException>(() => machine.Engine.Sessions.CreateAsync(
            new NewSession { Name = "env2", Workspace = "w", Agent = "a", SecretNames = Map(("OTHER", "AGW_TEST_OTHER")) }, Quiet, CancellationToken.None));
        Assert.Contains("AGW_TEST_VAULT", error.Message, StringComparison.Ordinal);
        Assert.Contains("AGW_TEST_OTHER", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(machine.Engine.Sessions.List(), session => session.Name == "env2");
    }

    [MachineFact]
    public async Task CommandsFindThemToo()
    {
        const string Report = "printf '%s|' \"$HOSTILE\" \"$ALL\" \"$AGENTWORKS_VM\" \"$AGENTWORKS_WORKSPACE\" \"$AGENTWORKS_AGENT\"; printf %s \"${TOKEN-}\" | sha256sum";
        Assert.Equal($"{Hostile}|agent|e2e|w|a|{Digest(_canary)}  -\n", (await machine.RunAsync(Report, "a", "w")).Output);
        Assert.Equal($"{Hostile}|workspace|e2e|w||{Digest(string.Empty)}  -\n", (await machine.RunAsync(Report, workspace: "w")).Output);
        Assert.Equal($"{Hostile}|admin|e2e|||{Digest(string.Empty)}  -\n", (await machine.RunAsync(Report)).Output);
        var given = new CommandRequest { Command = "printf %s \"$ALL\"", Environment = Map(("ALL", Hostile)) };
        Assert.Equal(Hostile, (await Outcomes.DrainAsync(machine.Engine.Commands.InvokeAsync([new CommandTarget(null, "w", "a")], given, CancellationToken.None)))[0].Output);
        await Assert.ThrowsAsync<InvalidRequestException>(() => Outcomes.DrainAsync(machine.Engine.Commands.InvokeAsync(
            [new CommandTarget(null, "w", "a")], given with { Environment = Map(("AGENTWORKS_AGENT", "b")) }, CancellationToken.None)));
    }

    [MachineFact]
    public async Task AShellFindsThemAndTheirFileIsGone()
    {
        await machine.RunAsync("rm -f shell", workspace: "w");
        await using (var terminal = await Terminal.OpenAsync(await machine.Engine.Agents.GetShellAsync("a", "w", CancellationToken.None)))
        {
            await terminal.TypeAsync("printf '%s|' \"$HOSTILE\" \"$AGENTWORKS_AGENT\" \"$AGENTWORKS_WORKSPACE\" > shell.new; printf %s \"$TOKEN\" | sha256sum >> shell.new; mv shell.new shell");
            await terminal.PressAsync("Enter");
            await Eventually.BecomesAsync(
                async () => (await machine.RunAsync("cat shell", workspace: "w")).Output == $"{Hostile}|a|w|{Digest(_canary)}  -\n", "the shell has its variables");
            Assert.Empty(await MachineSearch.FilesWithAsync(machine, _canary));
        }

        await using var own = await Terminal.OpenAsync(await machine.Engine.Workspaces.GetShellAsync("w", null, CancellationToken.None));
        await own.TypeAsync("printf '%s|' \"$ALL\" \"$AGENTWORKS_WORKSPACE\" > own");
        await own.PressAsync("Enter");
        await Eventually.BecomesAsync(async () => (await machine.RunAsync("cat own", workspace: "w")).Output == "workspace|w|", "the workspace's own shell has its variables");
    }

    [MachineFact]
    public async Task WhoLogsInByOtherWaysFindsThePlainOnes()
    {
        Assert.Contains((await machine.Engine.Vms.InitializeAsync(MachineFixture.Vm, Quiet, CancellationToken.None)).Steps, step => step is { Name: "machine-environment", State: StepState.Changed });
        Assert.Equal(0, (await machine.Engine.Vms.InitializeAsync(MachineFixture.Vm, Quiet, CancellationToken.None)).Changed);
        var login = await machine.RootAsync("su - agt-a -c 'printf \"%s|\" \"$HOSTILE\" \"$ALL\" \"$AGENTWORKS_VM\" \"$AGENTWORKS_AGENT\" \"${TOKEN-none}\"'");
        Assert.Equal($"{Hostile}|agent|e2e|a|none|", login.Output);
        Assert.NotEqual(0, (await machine.RunAsync("cat /etc/agentworks/environment/users/agentworks", "a")).ExitCode);
    }

    private Task ConfigureAsync(string vm) => File.WriteAllTextAsync(ConfigFile, $$"""
        [vm_templates.default.env]
        HOSTILE = {{Quote(Hostile)}}
        ALL = "vm"
        VM = "{{vm}}"
        [workspace_templates.default]
        env = { ALL = "workspace" }
        [admin.config]
        env = { ALL = "admin" }
        [agent_templates.default]
        env = { ALL = "agent", TOKEN = { secret = "AGW_TEST_VAULT" } }
        """);

    private static string Quote(string text) => '"' + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal).Replace("\t", "\\t", StringComparison.Ordinal) + '"';

    private static Dictionary<string, string> Map(params (string Name, string Value)[] values) => values.ToDictionary(one => one.Name, one => one.Value, StringComparer.Ordinal);

    private static string Digest(string text) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text))).ToLowerInvariant();
}
