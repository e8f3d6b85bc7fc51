using Agentworks.Config;

namespace Agentworks.Tests.Unit.Config;

public sealed class CatalogServiceTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("agentworks-unit-").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public async Task Entries_tell_their_type_where_they_come_from_and_what_they_hide()
    {
        await File.WriteAllTextAsync(Path.Combine(_home, "config.toml"), """
            [user_install_commands.uv]
            command = "install-uv"
            test_file = "~/uv"
            [apt_packages.uv]
            apt = ["uv"]
            """);

        var entries = new CatalogService(new ConfigService(_home)).List();

        var uv = entries.Where(entry => entry.Name == "uv").ToList();
        Assert.Equal(["apt-package", "user-install-cmd"], uv.Select(entry => entry.Type));
        Assert.Equal([false, true], uv.Select(entry => entry.Overrides));
        Assert.All(uv, entry => Assert.Equal("custom", entry.Source));
        Assert.Equal(["uv"], uv[0].Apt);
        Assert.Null(uv[0].Command);
        Assert.Equal(("install-uv", "~/uv", null, null), (uv[1].Command, uv[1].TestFile, uv[1].TestExec, uv[1].Apt));
        var source = entries.Single(entry => entry is { Type: "apt-source", Name: "hashicorp" });
        Assert.Equal(("built-in", true), (source.Source, source.KeyDearmor));
        Assert.Equal(entries.OrderBy(entry => Array.IndexOf(["apt-source", "apt-package", "system-install-cmd", "user-install-cmd"], entry.Type)).ThenBy(entry => entry.Name, StringComparer.Ordinal), entries);
    }
}
