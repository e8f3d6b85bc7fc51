using Agentworks.Config;

namespace Agentworks.Tests.Unit.Config;

public sealed class CatalogTests : IDisposable
{
    private readonly ConfigFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_built_in_is_there()
    {
        var catalog = _folder.Read(string.Empty).Catalog;

        Assert.Equal(["github-cli", "hashicorp", "mise", "nodesource-v22", "tailscale", "tofuutils-tenv"], catalog.AptSources.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(["gh", "mise", "nodejs", "tailscale", "tenv", "terraform"], catalog.AptPackages.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(["az-cli"], catalog.SystemInstallCommands.Keys);
        Assert.Equal(
            ["bun", "claude", "fnm", "nvm", "oh-my-zsh", "starship", "uv"],
            catalog.UserInstallCommands.Keys.Order(StringComparer.Ordinal));
        Assert.All(catalog.AptPackages.Values, p => Assert.All(p.AptSources, s => Assert.Contains(s, catalog.AptSources)));
        Assert.All(catalog.AptSources.Values, s => Assert.Contains("signed-by=" + s.KeyPath, s.Source, StringComparison.Ordinal));
        Assert.All(catalog.UserInstallCommands.Values, c => Assert.Equal(CatalogOrigin.BuiltIn, c.Origin));
    }

    [Fact]
    public void Own_entries_are_added_and_take_the_place_of_built_in_ones()
    {
        var catalog = _folder.Read("""
            [apt_sources.mine]
            key_url = "https://example.com/key"
            key_path = "/etc/apt/keyrings/mine.gpg"
            source = "deb [arch={arch}] https://example.com ./"
            source_file = "mine.list"
            [apt_packages.gh]
            apt = ["gh-mine"]
            apt_sources = ["mine", "github-cli"]
            [user_install_commands.mine]
            command = "make install"
            path = ["~/bin"]
            test_dir = "~/mine"
            """).Catalog;

        Assert.Equal(CatalogOrigin.Config, catalog.AptSources["mine"].Origin);
        Assert.False(catalog.AptSources["mine"].KeyDearmor);
        Assert.Equal(CatalogOrigin.ConfigOverBuiltIn, catalog.AptPackages["gh"].Origin);
        Assert.Equal(["gh-mine"], catalog.AptPackages["gh"].Apt);
        Assert.Equal("~/mine", catalog.UserInstallCommands["mine"].TestDir);
    }

    [Fact]
    public void Templates_that_name_nothing_known_are_refused_at_their_place_with_the_nearest_name()
    {
        _folder.RefuseAt("[vm_templates.default]\napt_packages = ['gh', 'terrafrom']", 2, 23, "vm_templates.default.apt_packages[1]");
        _folder.RefuseAt("[vm_templates.default]\nsystem_install_commands = ['az']", 2, 28, "vm_templates.default.system_install_commands[0]");
        _folder.RefuseAt("[apt_packages.x]\napt_sources = ['hashicrop']", 2, 16, "apt_packages.x.apt_sources[0]");
    }

    [Theory]
    [InlineData("apt = ['vim-']")]
    [InlineData("apt = ['-y']")]
    [InlineData("snap = ['code --dangerous']")]
    [InlineData("snap = ['--classic']")]
    public void What_would_be_more_than_a_name_is_refused(string line) =>
        Assert.Throws<Agentworks.Errors.ConfigException>(() => _folder.Read("[vm_templates.default]\n" + line));

    [Theory]
    [InlineData("[apt_sources.x]\nkey_url = 'https://e/k'", 1, 14, "apt_sources.x.key_path")]
    [InlineData("[apt_sources.x]\nkey_url = 'ftp://e/k'", 2, 11, "apt_sources.x.key_url")]
    [InlineData("[apt_sources.x]\nkey_url='https://e/k'\nkey_path='/k'\nsource='deb x'\nsource_file='../x'", 5, 13, "apt_sources.x.source_file")]
    [InlineData("[apt_sources.x]\nkey_url='https://e/k'\nkey_path='/k'\nsource=\"a\\nb\"", 4, 8, "apt_sources.x.source")]
    [InlineData("[system_install_commands.x]", 1, 26, "system_install_commands.x.command")]
    [InlineData("[system_install_commands.x]\ncommand='c'\ntest_exec='a'\ntest_file='b'", 1, 26, "system_install_commands.x")]
    public void Broken_entries_are_refused(string toml, int line, int column, string key) => _folder.RefuseAt(toml, line, column, key);
}
