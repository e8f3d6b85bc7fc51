using System.Text;
using Agentworks.Config;
using Agentworks.Errors;
using Agentworks.Toml;

namespace Agentworks.Tests.Unit.Config;

/// <summary>An operator's folder and home of our own, gone afterwards.</summary>
internal sealed class ConfigFolder : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("agw-config-");

    public ConfigFolder()
    {
        UserHome = _root.CreateSubdirectory("home").FullName;
        Home = Path.Combine(_root.FullName, "agentworks");
    }

    public string UserHome { get; }

    /// <summary>Not made yet.</summary>
    public string Home { get; }

    public string ConfigFile => Path.Combine(Home, "config.toml");

    public ConfigService Service() => new(Home, userHome: UserHome);

    public AgentworksConfig Read(string toml) => new ConfigReader(new TomlReader(), UserHome).Read(ConfigFile, Encoding.UTF8.GetBytes(toml));

    public ConfigException Refuse(string toml) => Assert.Throws<ConfigException>(() => Read(toml));

    /// <summary>Refuses, and the error is at this key and place of this file.</summary>
    public ConfigException RefuseAt(string toml, int line, int column, string key)
    {
        var error = Refuse(toml);
        Assert.Equal((ConfigFile, line, column, key), (error.File, error.Line, error.Column, error.Key));
        return error;
    }

    public string Touch(string name)
    {
        var path = Path.Combine(UserHome, name);
        File.WriteAllText(path, string.Empty);
        return path;
    }

    public void Write(string toml)
    {
        Directory.CreateDirectory(Home);
        File.WriteAllText(ConfigFile, toml);
    }

    public void Dispose() => _root.Delete(recursive: true);
}
