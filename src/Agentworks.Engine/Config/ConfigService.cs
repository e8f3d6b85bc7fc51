using Agentworks.Model;

namespace Agentworks.Config;

/// <summary>The operator's config.toml.</summary>
public sealed class ConfigService
{
    /// <exception cref="Errors.ConfigException">The file is wrong; says where.</exception>
    public AgwConfig Get() => throw new NotImplementedException();

    /// <summary>Writes a sample in which every key is commented at its default.</summary>
    /// <exception cref="Errors.AlreadyExistsException">There is a file and <paramref name="overwrite"/> is false.</exception>
    public AgwConfig Create(bool overwrite) => throw new NotImplementedException();
}
