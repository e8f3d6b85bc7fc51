using Agentworks.Errors;

namespace Agentworks.Tests.Unit.Config;

public sealed class TemplateInheritanceTests : IDisposable
{
    private readonly ConfigFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_later_parent_resets_nothing_that_it_does_not_set()
    {
        var vm = _folder.Read("""
            [vm_templates.big]
            cpus = 16
            memory = 64
            [vm_templates.disky]
            disk = 500
            [vm_templates.small-memory]
            memory = 2
            [vm_templates.x]
            inherits = ["big", "disky", "small-memory"]
            swap = 0
            """).ResolveVmTemplate("x");

        Assert.Equal(("x", 16, 2, 500, 0), (vm.Name, vm.Cpus, vm.Memory, vm.Disk, vm.Swap));
    }

    [Fact]
    public void What_grandparents_set_comes_along()
    {
        var vm = _folder.Read("""
            [vm_templates.x]
            inherits = ["plain", "middle"]
            [vm_templates.plain]
            [vm_templates.middle]
            inherits = ["base"]
            apt = ["jq"]
            [vm_templates.base]
            cpus = 2
            apt = ["git"]
            """).ResolveVmTemplate("x");

        Assert.Equal(2, vm.Cpus);
        Assert.Equal(["git", "jq"], vm.Apt);
    }

    [Fact]
    public void A_common_ancestor_cannot_undo_what_the_first_parent_sets()
    {
        var vm = _folder.Read("""
            [vm_templates.base]
            cpus = 1
            apt = ["git"]
            [vm_templates.a]
            inherits = ["base"]
            cpus = 8
            apt = []
            [vm_templates.b]
            inherits = ["base"]
            memory = 3
            [vm_templates.x]
            inherits = ["a", "b"]
            """).ResolveVmTemplate("x");

        Assert.Equal((8, 3), (vm.Cpus, vm.Memory));
        Assert.Empty(vm.Apt);
    }

    [Fact]
    public void Lists_append_without_duplicates_and_an_empty_one_clears()
    {
        var config = _folder.Read("""
            [vm_templates.default]
            apt = ["git", "curl"]
            [vm_templates.more]
            inherits = ["default"]
            apt = ["curl", "jq", "jq"]
            [vm_templates.none]
            inherits = ["more"]
            apt = []
            [vm_templates.again]
            inherits = ["none"]
            apt = ["vim"]
            [vm_templates.alone]
            """);

        Assert.Equal(["git", "curl", "jq"], config.ResolveVmTemplate("more").Apt);
        Assert.Empty(config.ResolveVmTemplate("none").Apt);
        Assert.Equal(["vim"], config.ResolveVmTemplate("again").Apt);
        Assert.Empty(config.ResolveVmTemplate("alone").Apt);
        Assert.Equal(["git", "curl"], config.ResolveVmTemplate(null).Apt);
    }

    [Fact]
    public void Nerf_manifests_are_replaced()
    {
        var vm = _folder.Read("""
            [vm_templates.a]
            nerf_addl_manifests = ["~/a.yaml"]
            [vm_templates.x]
            inherits = ["a"]
            nerf_addl_manifests = ["~/x.yaml"]
            """).ResolveVmTemplate("x");

        Assert.Equal([Path.Combine(_folder.UserHome, "x.yaml")], vm.NerfAddlManifests);
    }

    [Fact]
    public void Maps_merge_and_the_child_wins()
    {
        var session = _folder.Read("""
            [session_templates.a]
            env = { ONE = "1", TWO = "2" }
            command = "a"
            restart_command = "again {{session_name}}"
            required_commands = ["a"]
            [session_templates.b]
            env = { THREE = "3" }
            required_commands = ["b"]
            [session_templates.x]
            inherits = ["a", "b"]
            env.TWO = "zwei"
            """).ResolveSessionTemplate("x");

        Assert.Equal(("a", "again {{session_name}}"), (session.Command, session.RestartCommand));
        Assert.Equal(["a", "b"], session.RequiredCommands);
        Assert.Equal(["ONE=1", "THREE=3", "TWO=zwei"], session.Env.Select(e => $"{e.Key}={e.Value}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void An_empty_text_clears_what_was_inherited()
    {
        var config = _folder.Read("""
            [workspace_templates.a]
            repo = "https://example.com/a"
            tmuxinator = false
            [workspace_templates.kept]
            inherits = ["a"]
            [workspace_templates.cleared]
            inherits = ["a"]
            repo = ""
            [agent_templates.a]
            dotfiles_source = "git::https://example.com/d"
            mise_activate = false
            [agent_templates.cleared]
            inherits = ["a"]
            dotfiles_source = ""
            """);

        Assert.Equal(("https://example.com/a", false), (config.ResolveWorkspaceTemplate("kept").Repo, config.ResolveWorkspaceTemplate("kept").Tmuxinator));
        Assert.Null(config.ResolveWorkspaceTemplate("cleared").Repo);
        Assert.Null(config.ResolveAgentTemplate("cleared").DotfilesSource);
        Assert.False(config.ResolveAgentTemplate("cleared").MiseActivate);
    }

    [Fact]
    public void Default_may_be_inherited_without_being_defined_and_is_never_inherited_silently()
    {
        var undefined = _folder.Read("[vm_templates.x]\ninherits = ['default']\ncpus = 2").ResolveVmTemplate("x");
        var silent = _folder.Read("[vm_templates.default]\ncpus = 2\n[vm_templates.x]").ResolveVmTemplate("x");

        Assert.Equal((2, 8), (undefined.Cpus, undefined.Memory));
        Assert.Equal(4, silent.Cpus);
    }

    [Theory]
    [InlineData("[vm_templates.a]\ninherits = ['a']", 2, 13, "vm_templates.a.inherits[0]")]
    [InlineData("[vm_templates.default]\ninherits = ['default']", 2, 13, "vm_templates.default.inherits[0]")]
    [InlineData("[agent_templates.a]\ninherits = ['b']\n[agent_templates.b]\ninherits = ['c', 'a']\n[agent_templates.c]", 4, 18, "agent_templates.b.inherits[1]")]
    [InlineData("[workspace_templates.a]\ninherits = ['b']\n[workspace_templates.b]\ninherits = ['a']", 4, 13, "workspace_templates.b.inherits[0]")]
    [InlineData("[session_templates.a]\ninherits = ['a']", 2, 13, "session_templates.a.inherits[0]")]
    [InlineData("[session_templates.a]\ninherits = ['nobody']", 2, 13, "session_templates.a.inherits[0]")]
    public void Cycles_and_unknown_parents_are_refused_at_their_place(string toml, int line, int column, string key)
        => _folder.RefuseAt(toml, line, column, key);

    [Fact]
    public void A_very_long_line_of_ancestors_is_refused()
    {
        var toml = string.Concat(Enumerable.Range(0, 5000).Select(i => $"[vm_templates.t{i}]\ninherits = ['t{i + 1}']\n")) + "[vm_templates.t5000]";

        Assert.Contains("inherits", _folder.Refuse(toml).Key, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_template_brings_the_known_names()
    {
        var config = _folder.Read("[vm_templates.big]\n[vm_templates.small]");

        var error = Assert.Throws<NotFoundException>(() => config.ResolveVmTemplate("huge"));

        Assert.Equal("huge", error.Target);
        Assert.All(["big", "small", "default"], known => Assert.Contains(known, error.Recommendation, StringComparison.Ordinal));
        Assert.Throws<NotFoundException>(() => config.ResolveAgentTemplate("huge"));
        Assert.Throws<NotFoundException>(() => config.ResolveWorkspaceTemplate("huge"));
        Assert.Throws<NotFoundException>(() => config.ResolveSessionTemplate("huge"));
    }

    [Fact]
    public void Keys_of_the_admin_in_an_agent_template_only_warn()
    {
        var config = _folder.Read("[agent_templates.x]\nusername = 'a'\ngit_force_safe_directory = false\nshell = 'zsh'");

        Assert.Equal("zsh", config.ResolveAgentTemplate("x").Shell);
        Assert.Equal([2, 3], config.Warnings.Select(w => w.Line).Distinct().Order());
    }
}
