using Agentworks.Agents;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Model;
using Agentworks.Tests.EndToEnd.Support;
using Agentworks.Vms;
using Agentworks.Workspaces;

namespace Agentworks.Tests.EndToEnd.Provisioning;

/// <summary>What is declared of a machine comes true, stays true, is named and mended where it is not, and goes when it is declared no more.</summary>
public sealed class DeclaredMachineTests(ServedMachine machine) : IClassFixture<ServedMachine>
{
    private const string Catalog = $"""
        [apt_sources.test]
        key_url = "{ServedMachine.Address}/key.asc"
        key_path = "/etc/apt/keyrings/test.gpg"
        key_dearmor = true
        source = "deb [arch={"{arch}"} signed-by=/etc/apt/keyrings/test.gpg] {ServedMachine.Address} ./"
        source_file = "test.list"
        [apt_packages.one]
        apt = ["agw-one"]
        apt_sources = ["test"]
        [apt_packages.bad]
        apt = ["agw-two", "agw-no-such", "agw-three"]
        apt_sources = ["test"]
        [system_install_commands.tool]
        command = "curl -fsSL {ServedMachine.Address}/tool.sh | sudo bash"
        path = ["/opt/tool/bin"]
        test_exec = "tool"
        [system_install_commands.once]
        command = "date > ~/once; id -un >> ~/once"

        """;

    private const string Everything = Catalog + """
        [vm_templates.default]
        swap = 1
        apt = ["agw-two"]
        apt_packages = ["one"]
        snap = ["hello"]
        system_install_commands = ["tool", "once"]
        """;

    private const string Tool = """
        mkdir -p /opt/tool/bin
        printf '#!/bin/sh\necho works\n' > /opt/tool/bin/tool
        chmod 0755 /opt/tool/bin/tool
        """;

    private static IEnumerable<string> Changed(AgwInitialization result) => result.Steps.Where(step => step.State == StepState.Changed).Select(step => step.Name);

    private static IEnumerable<string> Drifted(IReadOnlyList<AgwStateCheck> checks) =>
        checks.Where(check => check.Status == DriftStatus.Drifted).Select(check => check.Check);

    private async Task DeclareEverythingAsync()
    {
        await machine.RootAsync($"cat > /srv/tool.sh <<'END'\n{Tool}\nEND\nchmod 0644 /srv/tool.sh");
        await machine.ConfigureAsync(Everything);
    }

    private async Task DeclareNothingAsync()
    {
        await machine.ConfigureAsync(string.Empty);
        await machine.InitializeVmAsync();
    }

    [RepositoryFact]
    public async Task WhatIsDeclaredIsThereAfterOneRunAndTheSecondChangesNothingInOneRequest()
    {
        await DeclareNothingAsync();
        Assert.Empty(Drifted(await machine.CheckAsync()));
        await DeclareEverythingAsync();
        Assert.Contains("configuration", Drifted(await machine.CheckAsync()));

        var first = await machine.InitializeVmAsync();

        Assert.Equal(0, first.Failed);
        Assert.Equal(["snap-packages", "swap"], first.Steps.Where(step => step is { State: StepState.Unsupported, Name: "swap" or "snap-packages" }).Select(step => step.Name).Order(StringComparer.Ordinal));
        Assert.Equal(LifecycleState.Ready, machine.Engine.Vms.List()[0].State);
        Assert.Equal("agw-one\nagw-two\nworks\n", await machine.RootAsync("agw-one; agw-two; su - agentworks -c tool"));
        Assert.Equal("agentworks\n", await machine.RootAsync("tail -n 1 /home/agentworks/once"));

        AgwInitialization? second = null;
        Assert.Equal(1, await machine.CountRequestsAsync(async () => second = await machine.InitializeVmAsync()));
        Assert.Equal(0, second!.Changed);
        Assert.Equal(0, second.Failed);

        IReadOnlyList<AgwStateCheck> checks = [];
        Assert.Equal(1, await machine.CountRequestsAsync(async () => checks = await machine.CheckAsync()));
        Assert.Empty(Drifted(checks));
        Assert.Equal(second.Steps.Select(step => step.Name).Prepend("configuration"), checks.Select(check => check.Check));
    }

    [RepositoryFact]
    public async Task DriftIsNamedByLookingAndExactlyItIsMended()
    {
        await DeclareEverythingAsync();
        await machine.InitializeVmAsync();
        (string Harm, string Step)[] harms =
        [
            ("dpkg --remove agw-one >/dev/null", "apt-packages"),
            ("echo '# mine' >> /etc/apt/sources.list.d/test.list", "apt-source:test"),
            ("rm /etc/apt/keyrings/test.gpg", "apt-source:test"),
            ("echo x >> /etc/apt/keyrings/test.gpg", "apt-source:test"),
            ("chmod 0600 /etc/apt/keyrings/test.gpg", "apt-source:test"),
            ("rm -r /opt/tool", "install:tool"),
            ("rm /etc/agentworks/installed/once", "install:once"),
            ("rm /etc/profile.d/agentworks-path.sh", "machine-path"),
            ("usermod --shell /bin/sh agentworks", "admin-shell"),
        ];
        foreach (var (harm, step) in harms)
        {
            await machine.RootAsync(harm);
            var looked = Drifted(await machine.CheckAsync()).ToList();
            Assert.Equal(looked, Drifted(await machine.CheckAsync()));
            var mended = await machine.InitializeVmAsync();

            // Without its folder on the path the tool is not found either, until the path is back.
            Assert.Equal(step == "machine-path" ? [step, "install:tool"] : [step], looked);
            Assert.Equal([step], Changed(mended));
            Assert.Equal(0, mended.Failed);
        }

        Assert.Equal(0, (await machine.InitializeVmAsync()).Changed);
    }

    [RepositoryFact]
    public async Task ABadNameIsNamedAndTheOthersAreInstalledAndWhatIsDeclaredNoMoreGoes()
    {
        await DeclareNothingAsync();
        await machine.ConfigureAsync(Catalog + "[vm_templates.default]\napt = [\"agw-one\"]\napt_packages = [\"bad\"]");

        var result = await machine.InitializeVmAsync();

        var failed = Assert.Single(result.Steps, step => step.State == StepState.Failed);
        Assert.Equal("apt-packages", failed.Name);
        Assert.Contains("agw-no-such", failed.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("agw-three:", failed.Detail, StringComparison.Ordinal);
        Assert.Equal("agw-three\nagw-two\n", await machine.RootAsync("agw-three; agw-two"));
        var vm = machine.Engine.Vms.List()[0];
        Assert.Equal((LifecycleState.Partial, "apt-packages"), (vm.State, Assert.Single(vm.FailedSteps)));

        // The machine is whole enough for work, and it mends itself when the name goes.
        await machine.ConfigureAsync(Catalog + "[vm_templates.default]\napt_packages = [\"one\"]");
        Assert.Equal(["apt-packages"], Changed(await machine.InitializeVmAsync()));
        Assert.Equal("agw-one\n", await machine.RootAsync("dpkg-query -W -f '${Package}\\n' 'agw-*'"));
        Assert.Equal(LifecycleState.Ready, machine.Engine.Vms.List()[0].State);

        await machine.ConfigureAsync(string.Empty);
        Assert.Equal(["apt-sources", "apt-packages"], Changed(await machine.InitializeVmAsync()));
        Assert.Equal("0\n", await machine.RootAsync("ls -d /etc/apt/keyrings/test.gpg /etc/apt/sources.list.d/test.list /usr/bin/agw-one /etc/agentworks/apt/sources/* 2>/dev/null | wc -l"));
        Assert.Equal(0, (await machine.InitializeVmAsync()).Changed);
    }

    [RepositoryFact]
    public async Task ASourceThatDoesNotAnswerSpoilsNothingElse()
    {
        await DeclareNothingAsync();
        await machine.ConfigureAsync(Catalog.Replace("/key.asc", "/no-key.asc", StringComparison.Ordinal) + "[vm_templates.default]\napt_packages = [\"one\"]");
        var result = await machine.InitializeVmAsync();
        Assert.Equal(["apt-source:test", "apt-packages"], result.Steps.Where(step => step.State == StepState.Failed).Select(step => step.Name));
        Assert.Contains("/no-key.asc", result.Steps.Single(step => step.Name == "apt-source:test").Detail, StringComparison.Ordinal);
        await machine.RootAsync("[ ! -e /etc/apt/sources.list.d/test.list ]");

        // A key that has not signed it: apt refuses the source, and it is not put in place.
        await machine.RootAsync("printf -- '-----BEGIN PGP PUBLIC KEY BLOCK-----\\n\\nAAAA\\n-----END PGP PUBLIC KEY BLOCK-----\\n' > /srv/wrong.asc");
        await machine.ConfigureAsync(Catalog.Replace("/key.asc", "/wrong.asc", StringComparison.Ordinal) + "[vm_templates.default]\napt_packages = [\"one\"]");
        Assert.Contains("apt-source:test", (await machine.InitializeVmAsync()).Steps.Where(step => step.State == StepState.Failed).Select(step => step.Name));
        await machine.RootAsync("[ ! -e /etc/apt/sources.list.d/test.list ]");

        await machine.ConfigureAsync(Catalog + "[vm_templates.default]\napt_packages = [\"one\"]");
        Assert.Equal(0, (await machine.InitializeVmAsync()).Failed);
    }

    [RepositoryFact]
    public async Task MiseComesWithTheFirstUserWhoNeedsItFromWhereTheConfigurationSays()
    {
        await DeclareNothingAsync();
        await machine.RootAsync("! command -v mise");
        await machine.ConfigureAsync($$"""
            [apt_sources.mise]
            key_url = "{{ServedMachine.Address}}/key.gpg"
            key_path = "/etc/apt/keyrings/mise.gpg"
            source = "deb [signed-by=/etc/apt/keyrings/mise.gpg] {{ServedMachine.Address}} ./"
            source_file = "mise.list"
            [agent_templates.default]
            mise_packages = ["tool"]
            """);
        await machine.InitializeVmAsync();
        await machine.RootAsync("! command -v mise");

        await machine.Engine.Agents.CreateAsync(new NewAgent { Name = "tools" }, NullEventSink.Instance, CancellationToken.None);
        try
        {
            Assert.Equal("mise\n", await machine.RootAsync("mise"));
            Assert.Equal(0, (await machine.InitializeVmAsync()).Changed);
        }
        finally
        {
            await machine.Engine.Agents.RemoveAsync("tools", cascade: true, NullEventSink.Instance, CancellationToken.None);
        }

        await DeclareNothingAsync();
        await machine.RootAsync("! command -v mise && [ ! -e /etc/apt/sources.list.d/mise.list ]");
    }

    [RepositoryFact]
    public async Task AnInterruptedRunLeavesNothingRunningAndTheMachineUsable()
    {
        await machine.RootAsync("rm -f /home/agentworks/endless");
        await machine.ConfigureAsync("""
            [system_install_commands.endless]
            command = "(trap '' TERM; sleep 100001) & (sleep 100001; sleep 100001) & echo > ~/endless; sleep 100001"
            [vm_templates.default]
            system_install_commands = ["endless"]
            """);
        using var cancel = new CancellationTokenSource();
        var running = machine.Engine.Vms.InitializeAsync(ServedMachine.Vm, NullEventSink.Instance, cancel.Token);
        await Eventually.BecomesAsync(async () => await machine.RootAsync("ls /home/agentworks | grep -cx endless || true") == "1\n", "the command runs");

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Equal(LifecycleState.Ready, machine.Engine.Vms.List()[0].State);
        await machine.Engine.Workspaces.CreateAsync(new NewWorkspace { Name = "meanwhile" }, NullEventSink.Instance, CancellationToken.None);
        await machine.Engine.Workspaces.RemoveAsync("meanwhile", cascade: true, NullEventSink.Instance, CancellationToken.None);
        await Eventually.BecomesAsync(async () => await machine.RootAsync("pgrep -fc 'sleep 10000[1]' || true") == "0\n", "nothing of it runs any more");
        await DeclareNothingAsync();
        Assert.Equal(LifecycleState.Ready, machine.Engine.Vms.List()[0].State);
    }

    [RepositoryFact]
    public async Task AReferenceToNothingMakesNothing()
    {
        await machine.ConfigureAsync(Catalog + "[vm_templates.default]\napt_packages = [\"onne\"]");
        try
        {
            var error = await Assert.ThrowsAsync<ConfigException>(() => machine.Engine.Vms.CreateAsync(new NewVm { Name = "never", Platform = "nspawn" }, NullEventSink.Instance, CancellationToken.None));
            Assert.Equal((18 + 2, 17), (error.Line, error.Column));
            Assert.Contains("'one'", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            await machine.ConfigureAsync(string.Empty);
        }

        Assert.DoesNotContain(machine.Engine.Vms.List(), vm => vm.Name == "never");
    }
}
