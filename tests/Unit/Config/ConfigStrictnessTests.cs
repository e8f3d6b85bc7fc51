namespace Agentworks.Tests.Unit.Config;

public sealed class ConfigStrictnessTests : IDisposable
{
    private readonly ConfigFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("[vm_template.x]", 1, 2, "vm_template", "vm_templates")]
    [InlineData("[operater]", 1, 2, "operater", "operator")]
    [InlineData("[operator]\nssh-public-key = 'x'", 2, 1, "operator.ssh-public-key", "ssh_public_key")]
    [InlineData("[defaults]\nplatfrom = 'lima'", 2, 1, "defaults.platfrom", "platform")]
    [InlineData("[vm_templates.big]\n  cpu = 2", 2, 3, "vm_templates.big.cpu", "cpus")]
    [InlineData("[session.config]\nhistory_limits = 1", 2, 1, "session.config.history_limits", "history_limit")]
    [InlineData("[agent_templates.x]\nclaude_plugin = []", 2, 1, "agent_templates.x.claude_plugin", "claude_plugins")]
    [InlineData("[admin]\nconfig.mise_actvate = true", 2, 8, "admin.config.mise_actvate", "mise_activate")]
    [InlineData("[defaults]\nplatform = 'nspwan'", 2, 12, "defaults.platform", "nspawn")]
    [InlineData("[named_console]\ntmux_layout = 'tilled'", 2, 15, "named_console.tmux_layout", "tiled")]
    [InlineData("[git_credentials.x]\ntype = 'gihub'", 2, 8, "git_credentials.x.type", "github")]
    [InlineData("[admin.config]\nuser_install_commands = ['uv', 'cluade']", 2, 32, "admin.config.user_install_commands[1]", "claude")]
    [InlineData("[vm_templates.x]\napt_packages = ['nodej']", 2, 17, "vm_templates.x.apt_packages[0]", "nodejs")]
    [InlineData("[vm_templates.x]\nsystem_install_commands = ['azcli']", 2, 28, "vm_templates.x.system_install_commands[0]", "az-cli")]
    [InlineData("[git_credentials.work]\ntype='github'\n[agent_templates.x]\ngit_credentials = ['wrok']", 4, 20, "agent_templates.x.git_credentials[0]", "work")]
    [InlineData("[apt_packages.x]\napt_sources = ['hashicrop']", 2, 16, "apt_packages.x.apt_sources[0]", "hashicorp")]
    [InlineData("[vm_templates.base]\n[vm_templates.x]\ninherits = ['bsae']", 3, 13, "vm_templates.x.inherits[0]", "base")]
    public void Unknown_names_are_refused_with_the_nearest_one(string toml, int line, int column, string key, string nearest)
        => Assert.Contains($"'{nearest}'", _folder.RefuseAt(toml, line, column, key).Message, StringComparison.Ordinal);

    [Fact]
    public void A_known_key_in_the_wrong_section_is_refused() => _folder.RefuseAt("[session]\nhistory_limit = 1\n[session.config]", 2, 1, "session.history_limit");

    [Fact]
    public void Names_far_from_everything_bring_the_list()
    {
        var error = _folder.RefuseAt("[session.config]\nzzzzzz = 1", 2, 1, "session.config.zzzzzz");

        Assert.Contains("history_limit", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("'history_limit'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("operator = 'me'", 1, 12, "operator")]
    [InlineData("[[paths]]", 1, 3, "paths")]
    [InlineData("[operator]\nssh_config_dir = 'no'", 2, 18, "operator.ssh_config_dir")]
    [InlineData("[operator]\nssh_config_dir = 1", 2, 18, "operator.ssh_config_dir")]
    [InlineData("[operator]\nssh_host_prefix = 1", 2, 19, "operator.ssh_host_prefix")]
    [InlineData("[operator]\nextra_ssh_public_keys = 'one'", 2, 25, "operator.extra_ssh_public_keys")]
    [InlineData("[vm_templates]\nx = 1", 2, 5, "vm_templates.x")]
    [InlineData("[vm_templates.x]\ncpus = 2.0", 2, 8, "vm_templates.x.cpus")]
    [InlineData("[vm_templates.x]\ncpus = '2'", 2, 8, "vm_templates.x.cpus")]
    [InlineData("[vm_templates.x]\napt = ['a', 1]", 2, 13, "vm_templates.x.apt[1]")]
    [InlineData("[vm_templates.x]\ninherits = 'default'", 2, 12, "vm_templates.x.inherits")]
    [InlineData("[admin.config]\nclaude_plugins = [['a']]", 2, 19, "admin.config.claude_plugins[0]")]
    [InlineData("[session_templates.x]\nenv = []", 2, 7, "session_templates.x.env")]
    [InlineData("[session_templates.x]\nenv = { A = 1 }", 2, 13, "session_templates.x.env.A")]
    public void Wrong_types_are_refused(string toml, int line, int column, string key) => _folder.RefuseAt(toml, line, column, key);

    [Theory]
    [InlineData("[session.config]\nhistory_limit = 0", 2, 17, "session.config.history_limit")]
    [InlineData("[session.config]\nhistory_limit = 9223372036854775807", 2, 17, "session.config.history_limit")]
    [InlineData("[vm_templates.x]\ncpus = 0", 2, 8, "vm_templates.x.cpus")]
    [InlineData("[vm_templates.x]\nmemory = -1", 2, 10, "vm_templates.x.memory")]
    [InlineData("[vm_templates.x]\nswap = -1", 2, 8, "vm_templates.x.swap")]
    [InlineData("[vm_templates.x]\nnerf_home_dir = '/opt/../etc'", 2, 17, "vm_templates.x.nerf_home_dir")]
    [InlineData("[vm_templates.x]\napt = ['-oDebug=1']", 2, 8, "vm_templates.x.apt[0]")]
    [InlineData("[vm_templates.x]\napt = ['a b']", 2, 8, "vm_templates.x.apt[0]")]
    [InlineData("[vm_templates.x]\napt = ['']", 2, 8, "vm_templates.x.apt[0]")]
    [InlineData("[vm_templates.x]\nsnap = ['--x']", 2, 9, "vm_templates.x.snap[0]")]
    [InlineData("[vm_templates.'a b']", 1, 15, "vm_templates.\"a b\"")]
    [InlineData("[paths]\nvm_workspaces = 'relative'", 2, 17, "paths.vm_workspaces")]
    [InlineData("[paths]\nvm_workspaces = '/a b'", 2, 17, "paths.vm_workspaces")]
    [InlineData("[paths]\nvm_workspaces = '/a/'", 2, 17, "paths.vm_workspaces")]
    [InlineData("[paths]\nvm_workspaces = '/$(id)'", 2, 17, "paths.vm_workspaces")]
    [InlineData("[paths]\nbackups = '~other/x'", 2, 11, "paths.backups")]
    [InlineData("[paths]\nbackups = \"a\\u0000b\"", 2, 11, "paths.backups")]
    [InlineData("[operator]\nssh_host_prefix = '-x'", 2, 19, "operator.ssh_host_prefix")]
    [InlineData("[admin.config]\nusername = 'Root'", 2, 12, "admin.config.username")]
    [InlineData("[admin.config]\nusername = ''", 2, 12, "admin.config.username")]
    [InlineData("[admin.config]\nshell = 'bash -x'", 2, 9, "admin.config.shell")]
    [InlineData("[admin.config]\ndotfiles_destination = '../x'", 2, 24, "admin.config.dotfiles_destination")]
    [InlineData("[admin.config]\ndotfiles_source = 'https://example.com/x'", 2, 19, "admin.config.dotfiles_source")]
    [InlineData("[session_templates.x.env]\nA-B = '1'", 2, 1, "session_templates.x.env.A-B")]
    [InlineData("[session_templates.x.env]\n1A = '1'", 2, 1, "session_templates.x.env.1A")]
    [InlineData("[session_templates.x]\ncommand = 'run {{agent_name}}'", 2, 11, "session_templates.x.command")]
    [InlineData("[session_templates.x]\nrestart_command = '{{x}}'", 2, 19, "session_templates.x.restart_command")]
    [InlineData("[session_templates.x]\nenv.A = '{{vm}}'", 2, 9, "session_templates.x.env.A")]
    [InlineData("[session_templates.x]\nrequired_commands = ['-v']", 2, 22, "session_templates.x.required_commands[0]")]
    [InlineData("[azure]\nsubscription_id = 's'\nresource_group = 'g'", 1, 2, "azure.region")]
    [InlineData("[azure]\nsubscription_id = ''", 2, 19, "azure.subscription_id")]
    [InlineData("[proxmox]\napi_url = 'pve'", 2, 11, "proxmox.api_url")]
    [InlineData("[proxmox]\napi_url = 'https://p'\nnode='n'\ntoken_id='t'", 1, 2, "proxmox.template_vmid")]
    [InlineData("[git_credentials.x]\ntype = 'azdo'", 1, 18, "git_credentials.x.org")]
    [InlineData("[git_credentials.x]\norg = 'o'", 1, 18, "git_credentials.x.type")]
    public void Values_that_cannot_be_are_refused(string toml, int line, int column, string key) => _folder.RefuseAt(toml, line, column, key);

    [Fact]
    public void Broken_TOML_is_refused_at_its_place() => _folder.RefuseAt("[operator]\nssh_config = ", 2, 14, "operator.ssh_config");
}
