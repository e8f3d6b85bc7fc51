using Agentworks.Config;

namespace Agentworks.Tests.Unit.Config;

public sealed class ConfigSectionsTests : IDisposable
{
    private readonly ConfigFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_empty_file_means_the_defaults()
    {
        var config = _folder.Read(string.Empty);

        Assert.Null(config.Operator.SshPublicKey);
        Assert.Null(config.Operator.SshPrivateKey);
        Assert.Equal(Path.Combine(_folder.UserHome, ".ssh", "config"), config.Operator.SshConfig);
        Assert.True(config.Operator.SshConfigDir);
        Assert.Equal("awvm--", config.Operator.SshHostPrefix);
        Assert.Equal("/opt/agentworks/workspaces", config.Paths.VmWorkspaces);
        Assert.Equal(Path.Combine(_folder.UserHome, "aw-vscode-workspaces"), config.Paths.VscodeWorkspaces);
        Assert.Equal(Path.Combine(_folder.Home, "backups"), config.Paths.Backups);
        Assert.Null(config.Defaults.Platform);
        Assert.Equal("aw-session-vertical", config.NamedConsole.TmuxLayout);
        Assert.Equal(50000, config.Session.HistoryLimit);
        Assert.Null(config.Azure);
        Assert.Null(config.Proxmox);
        Assert.Equal(("agentworks", "bash", true), (config.Admin.Username, config.Admin.Shell, config.Admin.GitForceSafeDirectory));
        Assert.Equal(("~/.dotfiles", "./install.sh", "7d"), (config.Admin.DotfilesDestination, config.Admin.DotfilesInstallCmd, config.Admin.MiseInstallBefore));
        var vm = config.ResolveVmTemplate(null);
        Assert.Equal(("default", 4, 8, 50, 4, "Standard_B2s"), (vm.Name, vm.Cpus, vm.Memory, vm.Disk, vm.Swap, vm.AzureVmSize));
        Assert.Equal("bash", config.ResolveAgentTemplate(null).Shell);
        Assert.Equal((null, true), (config.ResolveWorkspaceTemplate("default").Repo, config.ResolveWorkspaceTemplate("default").Tmuxinator));
        Assert.Equal(("", "Login shell"), (config.ResolveSessionTemplate("").Command, config.ResolveSessionTemplate("").Description));
        Assert.Empty(config.Warnings);
    }

    [Fact]
    public void Every_section_is_read()
    {
        var publicKey = _folder.Touch("id.pub");
        var privateKey = _folder.Touch("id");
        var other = _folder.Touch("other.pub");
        var config = _folder.Read("""
            [operator]
            ssh_public_key = "~/id.pub"
            ssh_private_key = "~/id"
            ssh_config = "my-ssh-config"
            ssh_config_dir = false
            ssh_host_prefix = "vm."
            extra_ssh_public_keys = ["~/other.pub"]
            [paths]
            vm_workspaces = "/srv/ws"
            vscode_workspaces = "~/code"
            backups = "~/backups"
            [defaults]
            platform = "nspawn"
            vm_host = "mac"
            [named_console]
            tmux_layout = "tiled"
            [session.config]
            history_limit = 1_000
            [azure]
            subscription_id = "s"
            resource_group = "g"
            region = "r"
            [proxmox]
            api_url = "https://pve:8006"
            node = "n"
            token_id = "u@pam!t"
            template_vmid = 9000
            verify_ssl = false
            [git_credentials.my-work]
            type = "azdo"
            org = "contoso"
            [admin.config]
            username = "boss"
            shell = "/usr/bin/fish"
            git_credentials = ["my-work"]
            dotfiles_source = "git::https://example.com/me/dots//linux?ref=v1"
            dotfiles_install_cmd = ""
            mise_activate = false
            mise_packages = ["node@22"]
            mise_lockfile = "~/mise.lock"
            claude_plugins = ["a@b"]
            """);

        Assert.Equal((publicKey, privateKey), (config.Operator.SshPublicKey, config.Operator.SshPrivateKey));
        Assert.Equal(Path.Combine(_folder.Home, "my-ssh-config"), config.Operator.SshConfig);
        Assert.Equal((false, "vm."), (config.Operator.SshConfigDir, config.Operator.SshHostPrefix));
        Assert.Equal([other], config.Operator.ExtraSshPublicKeys);
        Assert.Equal(("/srv/ws", Path.Combine(_folder.UserHome, "code")), (config.Paths.VmWorkspaces, config.Paths.VscodeWorkspaces));
        Assert.Equal(("nspawn", "mac"), (config.Defaults.Platform, config.Defaults.VmHost));
        Assert.Equal(("tiled", 1000), (config.NamedConsole.TmuxLayout, config.Session.HistoryLimit));
        Assert.Equal(new AzureSection { SubscriptionId = "s", ResourceGroup = "g", Region = "r", IdleTimeoutHours = 2 }, config.Azure);
        Assert.Equal((9000, "local-lvm", "vmbr0", "agentworks", false), (config.Proxmox!.TemplateVmid, config.Proxmox.Storage, config.Proxmox.Bridge, config.Proxmox.Pool, config.Proxmox.VerifySsl));
        Assert.Equal(("contoso", "GIT_CREDENTIALS_MY_WORK"), (config.GitCredentials["my-work"].Path, config.GitCredentials["my-work"].SecretName));
        Assert.Equal(("boss", "/usr/bin/fish", false), (config.Admin.Username, config.Admin.Shell, config.Admin.MiseActivate));
        Assert.Equal(
            new SourceReference { IsGit = true, Location = "https://example.com/me/dots", Subpath = "linux", Ref = "v1" },
            config.Admin.DotfilesSource);
        Assert.Null(config.Admin.DotfilesInstallCmd);
        Assert.Equal(Path.Combine(_folder.UserHome, "mise.lock"), config.Admin.MiseLockfile!.Location);
        Assert.Equal(["node@22"], config.Admin.MisePackages);
        Assert.Equal(["a@b"], config.Admin.ClaudePlugins);
        var without = config.Warnings.Select(w => w.Key).ToArray();
        Assert.All(["azure", "proxmox"], key => Assert.Contains(key, without));
        Assert.All(["session", "named_console", "paths.vm_workspaces", "admin.config.username", "admin.config.shell"], key => Assert.DoesNotContain(key, without));
    }

    [Theory]
    [InlineData("nspawn")]
    [InlineData("qemu")]
    [InlineData("ssh")]
    [InlineData("lima")]
    [InlineData("wsl2")]
    [InlineData("azure")]
    [InlineData("proxmox")]
    public void Every_platform_can_be_the_default(string platform)
        => Assert.Equal(platform, _folder.Read($"defaults.platform = '{platform}'").Defaults.Platform);

    [Fact]
    public void The_old_names_are_accepted_with_a_warning()
    {
        var config = _folder.Read("[user]\nssh_host_prefix = 'x'\n[paths]\ncode_workspaces = '/c'");

        Assert.Equal("x", config.Operator.SshHostPrefix);
        Assert.Equal(Path.GetFullPath("/c"), config.Paths.VscodeWorkspaces);
        var places = config.Warnings.Select(w => (w.Line, w.Column, w.Key)).ToArray();
        Assert.Contains((1, 2, "user"), places);
        Assert.Contains((4, 1, "paths.code_workspaces"), places);
        Assert.All(config.Warnings, w => Assert.StartsWith(_folder.ConfigFile + "(", w.ToString(), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("[operator]\n[user]", 2, 2, "user")]
    [InlineData("[paths]\nvscode_workspaces='a'\ncode_workspaces='b'", 3, 1, "paths.code_workspaces")]
    public void An_old_and_a_new_name_together_are_refused(string toml, int line, int column, string key) => _folder.RefuseAt(toml, line, column, key);

    [Theory]
    [InlineData("[dotfiles]\nsource = 'x'", 1, 2, "dotfiles", "dotfiles_source")]
    [InlineData("[defaults]\ngit_credentials = []", 2, 1, "defaults.git_credentials", "admin.config")]
    [InlineData("[vm.config]", 1, 2, "vm", "vm_templates.default")]
    [InlineData("[agent.config]", 1, 2, "agent", "agent_templates.default")]
    [InlineData("[user_install_commands.x]\ncommand = 'c'\ntest = 'y'", 3, 1, "user_install_commands.x.test", "test_exec")]
    public void What_was_removed_names_its_successor(string toml, int line, int column, string key, string successor)
        => Assert.Contains(successor, _folder.RefuseAt(toml, line, column, key).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("[operator]\nssh_public_key = '~/none.pub'", 2, 18, "operator.ssh_public_key")]
    [InlineData("[operator]\nextra_ssh_public_keys = ['~/none.pub']", 2, 26, "operator.extra_ssh_public_keys[0]")]
    public void Key_files_that_do_not_exist_are_refused(string toml, int line, int column, string key)
        => Assert.Contains(Path.Combine(_folder.UserHome, "none.pub"), _folder.RefuseAt(toml, line, column, key).Message, StringComparison.Ordinal);

    [Fact]
    public void One_key_alone_is_refused()
    {
        _folder.Touch("id.pub");

        _folder.RefuseAt("[operator]\nssh_public_key = '~/id.pub'", 1, 2, "operator.ssh_private_key");
    }
}
