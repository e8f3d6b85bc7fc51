using Agentworks.Agents;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Ports;
using Agentworks.Tests.EndToEnd.Support;
using Agentworks.Workspaces;

namespace Agentworks.Tests.EndToEnd;

/// <summary>The system's own ssh logs in by the aliases that we wrote, and the files follow what comes and goes.</summary>
[Collection("machine")]
public sealed class OperatorFileTests(MachineFixture machine) : IAsyncLifetime
{
    private static readonly NullEventSink Quiet = NullEventSink.Instance;
    private readonly string _folder = Directory.CreateTempSubdirectory("agentworks-test-ssh ").FullName;

    private string SshConfig => Path.Combine(_folder, "config");

    private string CodeFolder => Path.Combine(_folder, "code");

    public async Task InitializeAsync()
    {
        if (new MachineFactAttribute().Skip is null)
        {
            await ConfigureAsync(ownFile: true);
            await machine.Engine.Agents.CreateAsync(new NewAgent { Name = "caller" }, Quiet, CancellationToken.None);
        }
    }

    public async Task DisposeAsync()
    {
        if (new MachineFactAttribute().Skip is null)
        {
            await machine.Engine.Agents.RemoveAsync("caller", cascade: true, Quiet, CancellationToken.None);
            File.Delete(Path.Combine(machine.Home, "config.toml"));
        }

        Directory.Delete(_folder, recursive: true);
    }

    [MachineFact]
    public async Task SshLogsInByAlias()
    {
        const string Before = "Host *\n    User nobody\n    IdentityFile /nowhere\n    StrictHostKeyChecking no";
        foreach (var ownFile in new[] { true, false })
        {
            await ConfigureAsync(ownFile);
            await File.WriteAllTextAsync(SshConfig, Before);
            var first = await machine.Engine.SshConfig.UpdateAsync(replaceForeign: false, Quiet, CancellationToken.None);
            Assert.True(first.Changed);
            Assert.EndsWith(Before, await File.ReadAllTextAsync(SshConfig), StringComparison.Ordinal);
            Assert.False((await machine.Engine.SshConfig.UpdateAsync(replaceForeign: false, Quiet, CancellationToken.None)).Changed);
            Assert.Equal(ownFile, File.Exists(Path.Combine(_folder, "config.d", "agentworks.conf")));

            Assert.Equal("agentworks\n", await SshAsync("awvm--e2e", "id -un"));
            Assert.Equal("agt-caller\n", await SshAsync("awvm--e2e--agt-caller", "id -un"));

            // What comes gets an alias by itself, and what goes takes it along.
            await machine.Engine.Agents.CreateAsync(new NewAgent { Name = "second" }, Quiet, CancellationToken.None);
            Assert.Equal("agt-second\n", await SshAsync("awvm--e2e--agt-second", "id -un"));
            await machine.Engine.Agents.RemoveAsync("second", cascade: true, Quiet, CancellationToken.None);
            Assert.DoesNotContain("agt-second", await File.ReadAllTextAsync(first.Path), StringComparison.Ordinal);
        }
    }

    [MachineFact]
    public async Task WithoutBeingAskedNothingIsWritten()
    {
        await machine.Engine.Agents.CreateAsync(new NewAgent { Name = "second" }, Quiet, CancellationToken.None);
        await machine.Engine.Agents.RemoveAsync("second", cascade: true, Quiet, CancellationToken.None);
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    [MachineFact]
    public async Task WhatAnotherFolderWroteIsLeftAlone()
    {
        var own = Path.Combine(_folder, "config.d", "agentworks.conf");
        Directory.CreateDirectory(Path.GetDirectoryName(own)!);
        await File.WriteAllTextAsync(own, "# Agentworks another. Changes here are lost.\n");
        await Assert.ThrowsAsync<AlreadyExistsException>(() => machine.Engine.SshConfig.UpdateAsync(replaceForeign: false, Quiet, CancellationToken.None));
        Assert.False(machine.Engine.SshConfig.IsWanted());
        Assert.True((await machine.Engine.SshConfig.UpdateAsync(replaceForeign: true, Quiet, CancellationToken.None)).Changed);
    }

    [MachineFact]
    public async Task FilesForCodeComeAndGoWithTheirWorkspaces()
    {
        Directory.CreateDirectory(CodeFolder);
        var foreign = Path.Combine(CodeFolder, "mine.code-workspace");
        await File.WriteAllTextAsync(foreign, "{}");
        await machine.Engine.Workspaces.CreateAsync(new NewWorkspace { Name = "coded" }, Quiet, CancellationToken.None);
        var file = Path.Combine(CodeFolder, "coded.code-workspace");
        Assert.Contains("vscode-remote://ssh-remote+awvm--e2e/opt/agentworks/workspaces/coded", await File.ReadAllTextAsync(file), StringComparison.Ordinal);
        await machine.Engine.WorkspaceMover.MoveAsync(new MoveWorkspace { Name = "coded", Path = "/opt/agentworks/workspaces/recoded" }, Quiet, CancellationToken.None);
        Assert.Contains("/workspaces/recoded\"", await File.ReadAllTextAsync(file), StringComparison.Ordinal);
        await machine.Engine.WorkspaceCopier.CopyAsync(new CopyWorkspace("coded", "coded2"), Quiet, CancellationToken.None);
        Assert.Equal(["coded.code-workspace", "coded2.code-workspace", "mine.code-workspace"], Directory.GetFiles(CodeFolder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        await machine.Engine.Workspaces.RemoveAsync("coded", cascade: true, Quiet, CancellationToken.None);
        await machine.Engine.Workspaces.RemoveAsync("coded2", cascade: true, Quiet, CancellationToken.None);
        Assert.Equal([foreign], Directory.GetFiles(CodeFolder));
    }

    [MachineFact]
    public async Task WorkspacesAreMountedWithoutSetuidAndDevices()
    {
        var options = (await machine.RootAsync("findmnt -n -o VFS-OPTIONS --mountpoint /opt/agentworks/workspaces")).Output;
        Assert.Contains("nosuid", options, StringComparison.Ordinal);
        Assert.Contains("nodev", options, StringComparison.Ordinal);
    }

    private Task ConfigureAsync(bool ownFile) => File.WriteAllTextAsync(
        Path.Combine(machine.Home, "config.toml"),
        $"[operator]\nssh_config = '{SshConfig}'\nssh_config_dir = {(ownFile ? "true" : "false")}\n[paths]\nvscode_workspaces = '{CodeFolder}'\n");

    private async Task<string> SshAsync(string alias, string command)
    {
        var result = await new ProcessRunner().RunAsync(
            "ssh", ["-F", SshConfig, "-o", "BatchMode=yes", alias, command], new ProcessOptions(Timeout: TimeSpan.FromSeconds(30)), CancellationToken.None);
        Assert.True(result.Succeeded, result.Error);
        return result.Output;
    }
}
