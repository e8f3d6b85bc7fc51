using Agentworks.Errors;
using Agentworks.Toml;

namespace Agentworks.Config;

/// <summary>What every section needs to know about the file that it stands in.</summary>
/// <param name="file">Absolute path of the file.</param>
/// <param name="userHome">What ~ means.</param>
internal sealed class ConfigContext(string file, string userHome)
{
    private readonly List<ConfigWarning> _warnings = [];

    public IReadOnlyList<ConfigWarning> Warnings => _warnings;

    public ConfigException Fail(TomlNode node, string problem) => Fail(node.Place, node.Path, problem);

    public ConfigException Fail(TomlPlace place, TomlPath path, string problem)
        => new(file, place.Line, place.Column, path.Depth == 0 ? null : path.ToString(), problem) { Target = path.ToString() };

    public void Warn(TomlPlace place, TomlPath path, string message)
        => _warnings.Add(new ConfigWarning(file, place.Line, place.Column, path.ToString(), message));

    /// <summary>~ is the operator's home; what is relative is relative to the folder of the configuration.</summary>
    public string ExpandPath(string path)
    {
        var expanded = path switch
        {
            "~" => userHome,
            ['~', '/' or '\\', ..] => Path.Combine(userHome, path[2..]),
            _ => path,
        };
        return Path.GetFullPath(expanded, Path.GetDirectoryName(Path.GetFullPath(file))!);
    }
}
