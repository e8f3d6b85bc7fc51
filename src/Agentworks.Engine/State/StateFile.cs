using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Agentworks.Errors;
using Microsoft.Data.Sqlite;

namespace Agentworks.State;

/// <summary>Making, recognizing, checking and migrating the state file. All of it but <see cref="Check"/> runs under the gate.</summary>
/// <remarks>
/// The file is only ever opened through SQLite. SQLite's locks are the process's POSIX locks on it, and closing any other handle to the
/// file would silently drop them for every connection of the process.
/// </remarks>
internal static class StateFile
{
    /// <summary>"AgwS" in the file's header: how we know our own.</summary>
    public const int ApplicationId = 0x41677753;

    private const int BackupsKept = 5;
    private const UnixFileMode OwnerOnlyFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerOnlyFolder = OwnerOnlyFile | UnixFileMode.UserExecute;

    /// <summary>Lets nothing but our own exceptions out.</summary>
    public static T Guard<T>(StatePaths paths, Func<T> open)
    {
        try
        {
            return open();
        }
        catch (SqliteException e)
        {
            throw SqliteFailure.Translate(e, paths, writing: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw SqliteFailure.Unusable(paths, e.Message, e);
        }
    }

    public static void PrepareFolders(StatePaths paths)
    {
        // A folder that somebody else filled keeps its mode: it may be a home directory, or worse.
        if (Directory.Exists(paths.Home) && !OperatingSystem.IsWindows() && Directory.EnumerateFileSystemEntries(paths.Home).All(IsConfig))
        {
            File.SetUnixFileMode(paths.Home, OwnerOnlyFolder);
        }

        MakePrivate(paths.Home);
        MakePrivate(paths.Locks);

        static bool IsConfig(string entry) => Path.GetFileName(entry) == "config.toml";
    }

    public static Database Open(StatePaths paths, TimeProvider clock, IReadOnlyList<Migration> migrations)
    {
        if (Directory.Exists(paths.Database))
        {
            throw SqliteFailure.Unusable(paths, "a folder stands in its place.");
        }

        var file = new FileInfo(paths.Database);
        if (!file.Exists)
        {
            if (File.Exists(paths.Log))
            {
                throw SqliteFailure.Damaged(paths, $"it is gone, but its log '{paths.Log}' is there.");
            }

            Create(paths, migrations);
        }
        else if (file.Length == 0)
        {
            throw SqliteFailure.Damaged(paths, "it is empty.");
        }
        else if (!OperatingSystem.IsWindows())
        {
            var mode = File.GetUnixFileMode(paths.Database);
            if ((mode & ~OwnerOnlyFolder) != UnixFileMode.None)
            {
                File.SetUnixFileMode(paths.Database, mode & OwnerOnlyFolder);
            }
        }

        var database = Database.Open(paths, paths.Database, readOnly: false);
        try
        {
            Recognize(database, paths, clock, migrations);
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Looks at every page. The file is small: some milliseconds at most.</summary>
    public static void Check(Database database)
    {
        var verdict = database.Scalar("PRAGMA quick_check(1)") as string;
        if (verdict != "ok")
        {
            throw SqliteFailure.Damaged(database.Paths, verdict ?? "it cannot be checked.");
        }

        if (database.Scalar("SELECT value FROM meta WHERE key = 'schema'") as string != SchemaDigest(database))
        {
            throw SqliteFailure.Damaged(database.Paths, "its tables are not as they were made.");
        }
    }

    private static StateFileException Foreign(Database database, StatePaths paths)
    {
        var agw = database.Number("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name IN ('schema_version', 'agent_workspace_grants')") == 2;
        return new StateFileException(agw ? $"'{paths.Database}' is the database of the command line tool agw." : $"'{paths.Database}' is an SQLite file of another program.")
        {
            Target = paths.Database,
            Recommendation = agw
                ? $"Set AGENTWORKS_HOME to another folder, copy config.toml there, and run: Import-AgwState '{paths.Database}'"
                : "Move that file away, or name another folder in the environment variable AGENTWORKS_HOME.",
        };
    }

    /// <summary>Refuses to go on with a file that a newer module has migrated since it was opened.</summary>
    public static void StillKnown(Database database, long known)
    {
        if (database.Number("PRAGMA user_version") is var version && version != known)
        {
            throw Newer(database.Paths, version, known, "Begin a new PowerShell session, which loads the newer module.");
        }
    }

    private static void Recognize(Database database, StatePaths paths, TimeProvider clock, IReadOnlyList<Migration> migrations)
    {
        if (database.Number("PRAGMA application_id") != ApplicationId)
        {
            throw Foreign(database, paths);
        }

        var version = database.Number("PRAGMA user_version");
        var known = migrations[^1].Version;
        if (version > known)
        {
            throw Newer(paths, version, known, "Update the module: Update-Module Agentworks");
        }

        if (database.Scalar("PRAGMA journal_mode = WAL") as string != "wal")
        {
            throw SqliteFailure.Unusable(paths, "its disk cannot share memory between processes, as some network drives cannot.");
        }

        if (version < known)
        {
            Check(database);
            var backup = Backup(database, paths, (int)version, clock);
            Migrate(database, paths, version, migrations, backup);
        }
    }

    /// <summary>Makes the new file beside its place and renames it when it is whole, so that an empty one is always damage.</summary>
    private static void Create(StatePaths paths, IReadOnlyList<Migration> migrations)
    {
        File.Delete(paths.Unborn);
        File.Delete(paths.Unborn + "-journal");
        MakePrivateFile(paths.Unborn);
        // Small pages, because every changed one goes to the log whole and most rows are small.
        using (var database = Database.Open(paths, paths.Unborn, readOnly: false))
        {
            database.Script($"PRAGMA page_size = 2048; PRAGMA application_id = {ApplicationId.ToString(CultureInfo.InvariantCulture)}");
            Migrate(database, paths, version: 0, migrations, backup: null);
            database.Execute(
                "INSERT INTO meta (key, value) VALUES ('owner', $1)", Convert.ToHexString(RandomNumberGenerator.GetBytes(8)).ToLowerInvariant());
        }

        File.Move(paths.Unborn, paths.Database);
    }

    private static void Migrate(Database database, StatePaths paths, long version, IReadOnlyList<Migration> migrations, string? backup)
    {
        // Tables that others refer to can only be rebuilt with the checks off; they are made up for before each commit.
        database.Script("PRAGMA foreign_keys = OFF");
        foreach (var migration in migrations.Where(migration => migration.Version > version))
        {
            try
            {
                database.Script("BEGIN IMMEDIATE");
                database.Script(migration.Sql);
                database.Script($"PRAGMA user_version = {migration.Version.ToString(CultureInfo.InvariantCulture)}");
                if (database.Number("SELECT count(*) FROM pragma_foreign_key_check") > 0)
                {
                    throw SqliteFailure.Damaged(paths, $"after migration {migration.Version} its records do not fit each other.");
                }

                database.Execute(
                    "INSERT INTO meta (key, value) VALUES ('schema', $1) ON CONFLICT (key) DO UPDATE SET value = excluded.value", SchemaDigest(database));
                database.Script("COMMIT");
            }
            catch (Exception e) when (e is SqliteException or StateFileException)
            {
                database.Rollback();
                if (backup is null)
                {
                    throw;
                }

                throw new StateFileException($"The state file '{paths.Database}' could not be brought to schema {migration.Version}: {e.Message}", e)
                {
                    Target = paths.Database,
                    Recommendation = $"It is as it was before that step, and a copy from before the migration is {StatePaths.Quote(backup)}. " +
                        "Free disk space if that was the reason, or go back to the module version used before.",
                };
            }
        }

        database.Script("PRAGMA foreign_keys = ON");
    }

    private static string Backup(Database database, StatePaths paths, int version, TimeProvider clock)
    {
        MakePrivate(paths.Backups);
        var backup = paths.NewBackup(version, clock.GetUtcNow());
        var partial = backup + ".partial";
        MakePrivateFile(partial);
        try
        {
            database.Execute("VACUUM INTO $1", partial);
            File.Move(partial, backup, overwrite: true);
        }
        catch
        {
            File.Delete(partial);
            throw;
        }

        foreach (var old in Directory.GetFiles(paths.Backups, "agentworks-*.db").OrderDescending(StringComparer.Ordinal).Skip(BackupsKept))
        {
            File.Delete(old);
        }

        return backup;
    }

    /// <summary>Of every table and index as it was declared.</summary>
    private static string SchemaDigest(Database database) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join(
        '\n', database.Query("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY name", row => row.Text("sql"))))));

    private static StateFileException Newer(StatePaths paths, long version, long known, string recommendation) =>
        new($"The state file '{paths.Database}' was written by a newer Agentworks: schema {version}, and this one knows {known}.")
        {
            Target = paths.Database,
            Recommendation = recommendation,
        };

    private static void MakePrivate(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, OwnerOnlyFolder);
        }
    }

    private static void MakePrivateFile(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnlyFile;
        }

        new FileStream(path, options).Dispose();
    }
}
