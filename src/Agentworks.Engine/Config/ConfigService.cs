using Agentworks.Errors;
using Agentworks.Model;
using Agentworks.Toml;

namespace Agentworks.Config;

/// <summary>The operator's config.toml. Thread-safe.</summary>
/// <param name="home">The folder that holds everything of this operator; need not exist.</param>
/// <param name="toml">Null: the module's own reader.</param>
/// <param name="userHome">What ~ means; null: the profile of this user.</param>
public sealed class ConfigService(string home, ITomlReader? toml = null, string? userHome = null)
{
    private const string SampleResource = "sample-config.toml";
    private const int LargestFile = 4 * 1024 * 1024;

    /// <summary>A file changed this shortly before it was read may change again without a newer time: the clocks of file systems are coarse.</summary>
    private static readonly TimeSpan ClockGrain = TimeSpan.FromSeconds(2);

    private readonly ConfigReader _reader = new(toml ?? new TomlReader(), userHome ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile));
    private volatile Loaded? _loaded;

    /// <summary>Where the file is, or would be.</summary>
    public string FilePath { get; } = Path.Combine(Path.GetFullPath(home), "config.toml");

    /// <summary>The whole configuration; read again only when the file has changed.</summary>
    /// <exception cref="ConfigException">The file is wrong; says where.</exception>
    public AgentworksConfig Load()
    {
        var version = FileVersion.Of(FilePath);
        var loaded = _loaded;
        if (loaded is not null && loaded.Version == version)
        {
            return loaded.Config;
        }

        var config = _reader.Read(FilePath, version is null ? [] : ReadFile());
        _loaded = version is null || DateTime.UtcNow - version.Written > ClockGrain ? new Loaded(version, config) : null;
        return config;
    }

    /// <exception cref="ConfigException">The file is wrong; says where.</exception>
    public AgwConfig Get()
    {
        var config = Load();
        var folder = Path.GetDirectoryName(FilePath)!;
        return new AgwConfig
        {
            Home = folder,
            Path = FilePath,
            Exists = File.Exists(FilePath),
            DefaultPlatform = config.Defaults.Platform,
            WorkspacesPath = config.Paths.VmWorkspaces,
            AdminUser = config.Admin.Username,
            HistoryLimit = config.Session.HistoryLimit,
            VmTemplates = Sorted(config.VmTemplates.Keys),
            AgentTemplates = Sorted(config.AgentTemplates.Keys),
            WorkspaceTemplates = Sorted(config.WorkspaceTemplates.Keys),
            SessionTemplates = Sorted(config.SessionTemplates.Keys),
            SshPublicKey = config.Operator.SshPublicKey ?? Path.Combine(folder, "id_ed25519.pub"),
            SshPrivateKey = config.Operator.SshPrivateKey ?? Path.Combine(folder, "id_ed25519"),
            Warnings = [.. config.Warnings.Select(w => w.ToString())],
        };
    }

    /// <summary>Writes a sample in which every key is commented at its default.</summary>
    /// <exception cref="AlreadyExistsException">There is a file and <paramref name="overwrite"/> is false.</exception>
    /// <exception cref="StateWriteException">The file could not be written.</exception>
    public AgwConfig Create(bool overwrite)
    {
        try
        {
            PrivateFile.Write(FilePath, ConfigReader.ReadResource(SampleResource), overwrite);
        }
        catch (IOException) when (!overwrite && File.Exists(FilePath))
        {
            throw new AlreadyExistsException("Configuration", FilePath) { Target = FilePath, Recommendation = "Use -Force to replace it." };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StateWriteException($"'{FilePath}' could not be written: {e.Message}", e) { Target = FilePath };
        }

        _loaded = null;
        return Get();
    }

    /// <summary>The commented sample.</summary>
    public static string ReadSample() => System.Text.Encoding.UTF8.GetString(ConfigReader.ReadResource(SampleResource));

    private byte[] ReadFile()
    {
        try
        {
            using var file = new FileStream(FilePath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (file.Length > LargestFile)
            {
                throw Unreadable($"it has {file.Length} bytes and at most {LargestFile} are read.");
            }

            var content = new byte[file.Length];
            return content[..file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(e.Message);
        }
    }

    private ConfigException Unreadable(string reason) => new(FilePath, 0, 0, null, "it cannot be read: " + reason) { Target = FilePath };

    private static List<string> Sorted(IEnumerable<string> names) => [.. names.Order(StringComparer.Ordinal)];

    private sealed record Loaded(FileVersion? Version, AgentworksConfig Config);

    private sealed record FileVersion(DateTime Written, long Length)
    {
        /// <summary>Null when there is nothing; a link counts as what it leads to.</summary>
        public static FileVersion? Of(string path)
        {
            FileSystemInfo info = new FileInfo(path);
            info = info.LinkTarget is null ? info : info.ResolveLinkTarget(returnFinalTarget: true) ?? info;
            return info switch
            {
                FileInfo { Exists: true } file => new FileVersion(file.LastWriteTimeUtc, file.Length),
                _ => Directory.Exists(path) ? new FileVersion(DateTime.MaxValue, 0) : null,
            };
        }
    }
}
