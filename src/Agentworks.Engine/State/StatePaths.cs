using System.Globalization;

namespace Agentworks.State;

/// <summary>Where the state lives in the operator's folder.</summary>
internal sealed class StatePaths(string home)
{
    public string Home { get; } = home;
    public string Database { get; } = Path.Combine(home, "agentworks.db");
    public string Log => Database + "-wal";

    /// <summary>A new state file is made here and renamed when it is whole.</summary>
    public string Unborn => Database + ".new";

    public string Locks { get; } = Path.Combine(home, "locks");
    public string Backups { get; } = Path.Combine(home, "backups");

    public string NewBackup(int version, DateTimeOffset now) =>
        Path.Combine(Backups, $"agentworks-{now.UtcDateTime.ToString("yyyyMMdd'T'HHmmssfff'Z'", CultureInfo.InvariantCulture)}-v{version}.db");

    public string? NewestBackup()
    {
        try
        {
            return Directory.Exists(Backups)
                ? Directory.EnumerateFiles(Backups, "agentworks-*.db").Order(StringComparer.Ordinal).LastOrDefault()
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>What to do about a state file that cannot be used.</summary>
    public string HowToRestore()
    {
        var aside = Path.Combine(Home, "damaged");
        var move = $"New-Item -ItemType Directory -Force {Quote(aside)}; Move-Item {Quote(Database + "*")} {Quote(aside)}";
        return NewestBackup() is { } backup
            ? $"Restore the newest backup: {move}; Copy-Item {Quote(backup)} {Quote(Database)}"
            : $"There is no backup. To keep the file for recovery and begin with an empty state: {move}";
    }

    public static string Quote(string path) => "'" + path.Replace("'", "''", StringComparison.Ordinal) + "'";
}
