using System.Text.Json;
using System.Text.RegularExpressions;
using Agentworks.Errors;

namespace Agentworks.Tests.Unit.Config;

public sealed partial class ConfigServiceTests : IDisposable
{
    private readonly ConfigFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Without_a_file_the_defaults_rule_and_nothing_is_made()
    {
        var got = _folder.Service().Get();

        Assert.False(got.Exists);
        Assert.Equal((_folder.Home, _folder.ConfigFile), (got.Home, got.Path));
        Assert.Equal(Path.Combine(_folder.Home, "id_ed25519"), got.SshPrivateKey);
        Assert.Equal(Path.Combine(_folder.Home, "id_ed25519.pub"), got.SshPublicKey);
        Assert.Equal(["default"], got.VmTemplates);
        Assert.Null(got.DefaultPlatform);
        Assert.False(Directory.Exists(_folder.Home));
    }

    [Fact]
    public void What_the_file_says_is_told()
    {
        _folder.Write("[user]\n[defaults]\nplatform='nspawn'\n[admin.config]\nusername='boss'\n[session.config]\nhistory_limit=7\n[vm_templates.b]\n[vm_templates.a]");

        var got = _folder.Service().Get();

        Assert.True(got.Exists);
        Assert.Equal(("nspawn", "boss", 7), (got.DefaultPlatform, got.AdminUser, got.HistoryLimit));
        Assert.Equal(["a", "b", "default"], got.VmTemplates);
        Assert.Single(got.Warnings);
    }

    [Fact]
    public void A_file_that_stays_the_same_is_read_once()
    {
        _folder.Write("defaults.platform = 'lima'");
        File.SetLastWriteTimeUtc(_folder.ConfigFile, DateTime.UtcNow.AddMinutes(-1));
        var service = _folder.Service();

        Assert.Same(service.Load(), service.Load());
    }

    [Fact]
    public void Every_change_of_the_file_is_seen()
    {
        var service = _folder.Service();
        Assert.Null(service.Load().Defaults.Platform);

        foreach (var platform in new[] { "lima", "qemu", "wsl2", "lima" })
        {
            _folder.Write($"defaults.platform = '{platform}'");
            Assert.Equal(platform, service.Load().Defaults.Platform);
        }

        File.Delete(_folder.ConfigFile);
        Assert.Null(service.Load().Defaults.Platform);
    }

    [Fact]
    public void A_file_put_right_works_again()
    {
        var service = _folder.Service();
        _folder.Write("defaults.platform = 'lime'");
        Assert.Throws<ConfigException>(() => service.Load());
        Assert.Throws<ConfigException>(() => service.Load());

        _folder.Write("defaults.platform = 'lima'");

        Assert.Equal("lima", service.Load().Defaults.Platform);
    }

    [Fact]
    public void Create_writes_a_private_file_in_a_private_folder()
    {
        var created = _folder.Service().Create(overwrite: false);

        Assert.True(created.Exists);
        Assert.Equal([_folder.ConfigFile], Directory.GetFileSystemEntries(_folder.Home));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder.ConfigFile));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_folder.Home));
        }
    }

    [Fact]
    public void Create_replaces_a_file_only_when_told_to()
    {
        _folder.Write("defaults.platform = 'lima'");
        var service = _folder.Service();

        var error = Assert.Throws<AlreadyExistsException>(() => service.Create(overwrite: false));

        Assert.Equal(_folder.ConfigFile, error.Target);
        Assert.Equal("lima", service.Load().Defaults.Platform);
        Assert.Null(service.Create(overwrite: true).DefaultPlatform);
    }

    [Fact]
    public void Create_mends_a_broken_file()
    {
        _folder.Write("not toml");

        Assert.True(_folder.Service().Create(overwrite: true).Exists);
    }

    [Fact]
    public void A_link_stays_a_link()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var real = _folder.Touch("real.toml");
        Directory.CreateDirectory(_folder.Home);
        File.CreateSymbolicLink(_folder.ConfigFile, real);
        var service = _folder.Service();

        service.Create(overwrite: true);

        Assert.Equal(real, new FileInfo(_folder.ConfigFile).LinkTarget);
        Assert.NotEqual(0, new FileInfo(real).Length);
        File.WriteAllText(real, "defaults.platform = 'qemu'");
        Assert.Equal("qemu", service.Load().Defaults.Platform);
    }

    [Fact]
    public void What_cannot_be_read_is_an_error_of_the_configuration()
    {
        Directory.CreateDirectory(_folder.ConfigFile);

        var error = Assert.Throws<ConfigException>(() => _folder.Service().Load());

        Assert.Equal((_folder.ConfigFile, 0, 0), (error.File, error.Line, error.Column));
    }

    [Fact]
    public void What_cannot_be_written_is_an_error_of_the_state()
    {
        File.WriteAllText(_folder.Home, "a file where the folder should be");

        Assert.Throws<StateWriteException>(() => _folder.Service().Create(overwrite: false));
    }

    [Fact]
    public void The_sample_as_it_is_and_with_every_key_set_equals_the_defaults()
    {
        _folder.Service().Create(overwrite: false);
        var sample = File.ReadAllText(_folder.ConfigFile);
        var defaults = JsonSerializer.Serialize(_folder.Read(string.Empty));

        Assert.DoesNotMatch(SetLine(), sample);
        Assert.Equal(defaults, JsonSerializer.Serialize(_folder.Read(sample)));
        Assert.Equal(defaults, JsonSerializer.Serialize(_folder.Read(CommentedLine().Replace(sample, string.Empty)) with { Warnings = [] }));
    }

    [Fact]
    public void The_sample_names_every_key()
    {
        _folder.Service().Create(overwrite: false);
        var sample = File.ReadAllText(_folder.ConfigFile);
        var config = _folder.Read(CommentedLine().Replace(sample, string.Empty));

        foreach (var record in new object[]
        {
            config.Operator, config.Paths, config.Defaults, config.NamedConsole, config.Session, config.Admin, config.ResolveVmTemplate(null),
            config.ResolveAgentTemplate(null), config.ResolveWorkspaceTemplate(null), config.ResolveSessionTemplate(null),
        })
        {
            foreach (var property in record.GetType().GetProperties().Where(p => p.Name != "Name"))
            {
                Assert.Contains($"\n#{JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name)} = ", sample, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void The_examples_of_the_sample_work()
    {
        _folder.Service().Create(overwrite: false);
        var examples = ExampleLine().Matches(File.ReadAllText(_folder.ConfigFile)).Select(m => m.Groups["line"].Value).ToList();

        var config = _folder.Read(string.Join('\n', examples));

        Assert.NotEmpty(examples);
        Assert.NotNull(config.Azure);
        Assert.NotNull(config.Proxmox);
        Assert.Contains("docker", config.ResolveVmTemplate("big").AptPackages);
    }

    [GeneratedRegex("^[^#\\n]", RegexOptions.Multiline | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 5000)]
    private static partial Regex SetLine();

    [GeneratedRegex("^#(?=\\[|[a-z_]+ = )", RegexOptions.Multiline | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 5000)]
    private static partial Regex CommentedLine();

    [GeneratedRegex("^#   (?<line>.*)$", RegexOptions.Multiline | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 5000)]
    private static partial Regex ExampleLine();
}
