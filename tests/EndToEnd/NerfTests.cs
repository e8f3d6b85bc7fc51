using Agentworks.Agents;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Model;
using Agentworks.Ports;
using Agentworks.Tests.EndToEnd.Support;
using Agentworks.Tests.Shared;
using Agentworks.Vms;

namespace Agentworks.Tests.EndToEnd;

/// <summary>
/// The nerf tools from the operator's computer to the Claude Code of a user, on a real machine. nerf and claude are stand-ins that speak the
/// part of their documented command lines that is used: Provisioning/fake-nerf.sh and fake-claude.sh.
/// </summary>
[Collection("machine")]
public sealed class NerfTests(MachineFixture machine) : IAsyncLifetime
{
    private const string Agent = "nerfer";
    private const string Place = "/opt/agentworks/nerf/claude-plugin";
    private const string Copy = "~/.claude/plugins/cache/agentworks-nerftools-local/nerftools/0.1.0";
    private const string Tools = "nerf-tools";
    private readonly Local _local = new();
    private AgentworksEngine? _engine;

    private AgentworksEngine Engine => _engine!;

    public async Task InitializeAsync()
    {
        if (new MachineFactAttribute().Skip is not null)
        {
            return;
        }

        _engine = AgentworksEngine.Open(TestOptions.For(machine.Home) with { Processes = _local });
        var nerf = Path.Combine(machine.Home, "nerf");

        // By a process of its own: what this one writes may still be open in a process that another test has just forked, and cannot be executed then.
        var copied = await new ProcessRunner().RunAsync("install", ["-m", "0500", Path.Combine(AppContext.BaseDirectory, "Provisioning", "fake-nerf.sh"), nerf], null, CancellationToken.None);
        Assert.True(copied.Succeeded, copied.Error);
        _local.Nerf = nerf;
        var claude = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Provisioning", "fake-claude.sh"));
        await RootAsync($"cat > /usr/local/bin/claude <<'END'\n{claude}\nEND\nchmod 0755 /usr/local/bin/claude");
        await WriteManifestAsync("one");
    }

    public async Task DisposeAsync()
    {
        if (_engine is null)
        {
            return;
        }

        if (Engine.Agents.List().Any(agent => agent.Name == Agent))
        {
            await Engine.Agents.RemoveAsync(Agent, cascade: true, NullEventSink.Instance, CancellationToken.None);
        }

        File.Delete(Path.Combine(machine.Home, "config.toml"));
        Assert.Equal(0, (await ApplyAsync()).Failed);
        await RootAsync("rm -rf /usr/local/bin/claude /srv/nerf");
        await machine.RunAsync("rm -rf ~/.claude");
        await _engine.DisposeAsync();
    }

    [MachineFact]
    public async Task TheToolsAreBroughtOnceAndStayAsTheyWereBuilt()
    {
        await ConfigureAsync();
        Assert.Equal([Tools, "admin-nerf-plugin"], Changed(await ApplyAsync()));
        Assert.Equal("started\nx\none\n", (await machine.RunAsync($"{Place}/hooks/nerf-session-start; {Place}/skills/x/scripts/nerf-x; cat {Place}/skills/extra/SKILL.md")).Output);
        Assert.Equal(string.Empty, await RootAsync($"find {Place} ! -user root -o ! -group root -o -perm /022 -o ! -perm -444 -o -name '.agentworks-*'; ls -A /opt/agentworks/nerf | grep -v claude-plugin || :"));
        Assert.Equal("/opt/agentworks/nerf\n", (await machine.RunAsync("bash -lc 'echo $AGENTWORKS_NERF_HOME'")).Output);
        Assert.Equal("one\n", (await machine.RunAsync($"cat {Copy}/skills/extra/SKILL.md")).Output);
        await AssertAtRestAsync();

        foreach (var harm in new[]
        {
            $"rm {Place}/skills/x/SKILL.md", $"echo more >> {Place}/skills/x/SKILL.md", $"touch {Place}/skills/more", $"chmod -x {Place}/skills/x/scripts/nerf-x",
            $"chown nobody {Place}/skills", $"rm -r {Place}; ln -s /etc {Place}", $"rm -r {Place}", "rm /etc/profile.d/agentworks-nerf.sh",
        })
        {
            await RootAsync(harm);
            Assert.Equal([Tools], Changed(await ApplyAsync()));
        }

        await AssertAtRestAsync();
        Assert.NotEqual(string.Empty, await RootAsync("ls /etc/passwd"));

        // Where nerf is missing, what was brought is all that can be looked at.
        _local.Nerf = null;
        await WriteManifestAsync("two");
        await AssertDriftAsync();
        await RootAsync($"echo more >> {Place}/skills/x/SKILL.md");
        await AssertDriftAsync(Tools);
        await Assert.ThrowsAsync<PrerequisiteMissingException>(ApplyAsync);
    }

    [MachineFact]
    public async Task WhatChangesHereChangesThereAndInTheCopiesOfUsers()
    {
        await ConfigureAsync();
        await ApplyAsync();
        var agent = await Engine.Agents.CreateAsync(new NewAgent { Name = Agent }, NullEventSink.Instance, CancellationToken.None);
        Assert.Equal([], agent.FailedSteps);
        Assert.Equal("one\n", (await machine.RunAsync($"cat {Copy}/skills/extra/SKILL.md", Agent)).Output);
        await AssertAgentDriftAsync();

        await WriteManifestAsync("two");
        await AssertDriftAsync(Tools);
        Assert.Equal([Tools, "admin-nerf-plugin"], Changed(await ApplyAsync()));
        Assert.Equal("two\n", (await machine.RunAsync($"cat {Copy}/skills/extra/SKILL.md")).Output);
        await AssertAgentDriftAsync("agent-nerf-plugin");
        Assert.Equal(["agent-nerf-plugin"], Changed(await ApplyAgentAsync()));
        Assert.Equal("two\n", (await machine.RunAsync($"cat {Copy}/skills/extra/SKILL.md", Agent)).Output);

        foreach (var harm in new[]
        {
            "claude plugin uninstall nerftools@agentworks-nerftools-local --scope user", "claude plugin marketplace remove agentworks-nerftools-local",
            "printf /srv > ~/.claude/plugins/markets/agentworks-nerf-local", "printf /srv > ~/.claude/plugins/markets/agentworks-nerftools-local", "rm -r ~/.claude",
        })
        {
            Assert.Equal(0, (await machine.RunAsync(harm, Agent)).ExitCode);
            Assert.Equal(["agent-nerf-plugin"], Changed(await ApplyAgentAsync()));
        }

        await AssertAgentDriftAsync();

        // Too much for a script, elsewhere, and without what nerf brings along.
        await WriteManifestAsync(Convert.ToBase64String(System.Security.Cryptography.RandomNumberGenerator.GetBytes(500_000)));
        await ConfigureAsync("nerf_home_dir = '/srv/nerf'\nskip_nerf_defaults = true");
        Assert.Equal([Tools, "admin-nerf-plugin"], Changed(await ApplyAsync()));
        Assert.Equal("extra\n", await RootAsync("ls /srv/nerf/claude-plugin/skills; ls /opt/agentworks/nerf /run/agentworks/incoming 2>/dev/null | grep -v : || :"));
        await AssertAtRestAsync();

        await RootAsync("rm /usr/local/bin/claude");
        Assert.Contains("claude is not on the PATH", (await ApplyAgentAsync()).Steps.Single(step => step.State == StepState.Failed).Detail, StringComparison.Ordinal);
    }

    [MachineFact]
    public async Task WhatIsNoLongerDeclaredGoesAndRootGoesNowhereThatOthersLead()
    {
        await ConfigureAsync();
        await ApplyAsync();
        await ConfigureAsync("nerf_home_dir = '/tmp/nerf'");
        var result = await ApplyAsync();
        Assert.Contains("/tmp", result.Steps.Single(step => step.Name == Tools && step.State == StepState.Failed).Detail, StringComparison.Ordinal);
        Assert.Equal(string.Empty, await RootAsync("ls -d /tmp/nerf /opt/agentworks/nerf 2>/dev/null || :"));

        await ConfigureAsync();
        await ApplyAsync();
        await File.WriteAllTextAsync(Path.Combine(machine.Home, "config.toml"), string.Empty);
        await AssertDriftAsync("configuration", Tools);
        Assert.Equal([Tools], Changed(await ApplyAsync()));
        Assert.Equal(string.Empty, await RootAsync("ls -d /opt/agentworks/nerf /etc/profile.d/agentworks-nerf.sh /var/lib/agentworks/nerf 2>/dev/null || :"));
    }

    [MachineFact]
    public async Task WhatCannotBeBuiltIsFoundBeforeAMachineIsMade()
    {
        await ConfigureAsync();
        await WriteManifestAsync("nonsense");
        Assert.Contains("extra.yaml is not a manifest", (await Assert.ThrowsAsync<InvalidRequestException>(CreateAsync)).Message, StringComparison.Ordinal);
        File.Delete(Path.Combine(machine.Home, "extra.yaml"));
        await Assert.ThrowsAsync<NotFoundException>(CreateAsync);
        await WriteManifestAsync("one");
        _local.Nerf = null;
        Assert.Contains("pipx install nerftools", (await Assert.ThrowsAsync<PrerequisiteMissingException>(CreateAsync)).Recommendation, StringComparison.Ordinal);
        _local.Nerf = "/bin/true";
        await Assert.ThrowsAsync<InvalidRequestException>(CreateAsync);
        Assert.Equal([MachineFixture.Vm], Engine.Vms.List().Select(vm => vm.Name));

        Task CreateAsync() => Engine.Vms.CreateAsync(new NewVm { Name = "nerfless", Platform = "nspawn", DiskGiB = 4 }, NullEventSink.Instance, CancellationToken.None);
    }

    private Task ConfigureAsync(string machineTemplate = "") => File.WriteAllTextAsync(Path.Combine(machine.Home, "config.toml"), $"""
        [vm_templates.default]
        nerf_build_claude_plugin = true
        nerf_addl_manifests = ["extra.yaml"]
        {machineTemplate}
        [admin.config]
        nerf_install_claude_plugin = true
        [agent_templates.default]
        nerf_install_claude_plugin = true
        """);

    private Task WriteManifestAsync(string text) => File.WriteAllTextAsync(Path.Combine(machine.Home, "extra.yaml"), text + "\n");

    private Task<AgwInitialization> ApplyAsync() => Engine.Vms.InitializeAsync(MachineFixture.Vm, NullEventSink.Instance, CancellationToken.None);

    private Task<AgwInitialization> ApplyAgentAsync() => Engine.Agents.InitializeAsync(Agent, NullEventSink.Instance, CancellationToken.None);

    private async Task AssertAtRestAsync()
    {
        await AssertDriftAsync();
        Assert.Equal([], Changed(await ApplyAsync()));
    }

    private async Task AssertDriftAsync(params string[] expected)
    {
        var checks = await Outcomes.DrainAsync(Engine.Vms.CheckAsync([MachineFixture.Vm], CancellationToken.None));
        Assert.Equal(expected, Drifted(checks.SelectMany(check => check)));
    }

    private async Task AssertAgentDriftAsync(params string[] expected) =>
        Assert.Equal(expected, Drifted(await Outcomes.DrainAsync(Engine.AgentChecks.CheckAsync([Agent], CancellationToken.None))));

    private static IEnumerable<string> Drifted(IEnumerable<AgwStateCheck> checks) => checks.Where(check => check.Status == DriftStatus.Drifted).Select(check => check.Check);

    private static IEnumerable<string> Changed(AgwInitialization result) => result.Steps.Where(step => step.State == StepState.Changed).Select(step => step.Name);

    private async Task<string> RootAsync(string script)
    {
        var result = await machine.RootAsync("set -e\n" + script);
        Assert.True(result.ExitCode == 0, result.ErrorOutput);
        return result.Output;
    }

    /// <summary>The operator's computer with a nerf on its PATH, or without.</summary>
    private sealed class Local : IProcessRunner
    {
        private readonly ProcessRunner _real = new();

        public string? Nerf { get; set; }

        public Task<ProcessResult> RunAsync(string fileName, IReadOnlyList<string> arguments, ProcessOptions? options, CancellationToken cancellationToken) =>
            _real.RunAsync(fileName, arguments, options, cancellationToken);

        public string? Find(string program) => program == "nerf" ? Nerf : _real.Find(program);
    }
}
