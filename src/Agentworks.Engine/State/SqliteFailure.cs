using Agentworks.Errors;
using Microsoft.Data.Sqlite;

namespace Agentworks.State;

/// <summary>Turns what SQLite says into what the operator can act on.</summary>
internal static class SqliteFailure
{
    private const int Error = 1, Perm = 3, Busy = 5, Locked = 6, ReadOnly = 8, IOError = 10, Corrupt = 11, Full = 13, CannotOpen = 14,
        Schema = 17, Constraint = 19, Format = 24, NotADatabase = 26;

    private const int ShortRead = IOError | (2 << 8), CorruptFileSystem = IOError | (33 << 8);

    public static bool IsConstraint(SqliteException e) => e.SqliteErrorCode == Constraint;

    public static AgentworksException Translate(SqliteException e, StatePaths paths, bool writing)
    {
        if (e.SqliteExtendedErrorCode is ShortRead or CorruptFileSystem)
        {
            return Damaged(paths, e.Message, e);
        }

        return e.SqliteErrorCode switch
        {
            Corrupt or NotADatabase or Format or Error or Schema => Damaged(paths, e.Message, e),
            Full => new StateWriteException($"The disk that holds '{paths.Database}' is full; nothing was changed.", e)
            {
                Target = paths.Database,
                Recommendation = $"Free space on the disk of {StatePaths.Quote(paths.Home)}, then run the command again.",
            },
            Busy or Locked => new StateWriteException($"Another program keeps '{paths.Database}' locked.", e)
            {
                Target = paths.Database,
                Recommendation = "Close the program that has the file open, such as a database browser, then run the command again.",
            },
            ReadOnly or Perm or CannotOpen or IOError when !writing => Unusable(paths, e.Message, e),
            _ => new StateWriteException($"'{paths.Database}' could not be written: {e.Message}", e)
            {
                Target = paths.Database,
                Recommendation = HowToAllow(paths),
            },
        };
    }

    public static StateFileException Damaged(StatePaths paths, string detail, Exception? inner = null) =>
        new($"The state file '{paths.Database}' is damaged: {detail}", inner)
        {
            Target = paths.Database,
            Recommendation = paths.HowToRestore(),
        };

    /// <summary>The file may be whole, but it cannot be reached.</summary>
    public static StateFileException Unusable(StatePaths paths, string detail, Exception? inner = null) =>
        new($"The state file '{paths.Database}' cannot be opened: {detail}", inner)
        {
            Target = paths.Database,
            Recommendation = HowToAllow(paths),
        };

    private static string HowToAllow(StatePaths paths) =>
        $"Make {StatePaths.Quote(paths.Home)} and the files in it readable and writable for {Environment.UserName}, " +
        "or name another folder in the environment variable AGENTWORKS_HOME.";
}
