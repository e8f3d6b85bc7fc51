using System.Collections.Concurrent;
using Agentworks.Errors;
using Agentworks.State.Gate;
using Microsoft.Data.Sqlite;

namespace Agentworks.State;

/// <summary>
/// What the operator's commands know: one SQLite file in the operator's folder, shared by all of their processes. Thread-safe.
/// </summary>
/// <remarks>
/// A change is durable against the death of any process once it is committed. A power cut may lose the last changes before it (the log
/// is synced at checkpoints, not at every commit), always whole ones and in order; the file stays sound.
/// Writers of all processes pass one fair gate, so SQLite never sees two at once and none of them is ever told that the file is busy.
/// </remarks>
public sealed class StateStore : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly StatePaths paths;
    private readonly TimeProvider clock;
    private readonly IWriteGate gate;
    private readonly Database writing;
    private readonly Checkpointer checkpointer;
    private readonly ConcurrentBag<Database> idle = [];
    private readonly object turn = new();
    private readonly int version;
    private StateWriter? current;
    private volatile int inside;
    private bool disposed;

    private StateStore(StatePaths paths, TimeProvider clock, IWriteGate gate, Database writing, int version)
    {
        this.version = version;
        this.paths = paths;
        this.clock = clock;
        this.gate = gate;
        this.writing = writing;
        checkpointer = new Checkpointer(paths);
        OwnerTag = writing.Scalar("SELECT value FROM meta WHERE key = 'owner'") as string
            ?? throw SqliteFailure.Damaged(paths, "it does not say which installation it belongs to.");
        Journal = new OperationJournal(this, clock);
        Locks = new ResourceLocks(paths.Locks, clock, Journal);
    }

    /// <summary>Marks what this installation makes elsewhere: 16 hex digits, random, the same for life.</summary>
    public string OwnerTag { get; }

    public OperationJournal Journal { get; }

    public ResourceLocks Locks { get; }

    /// <summary>Whether this thread is in the middle of a change.</summary>
    private bool IsInside => inside == Environment.CurrentManagedThreadId;

    /// <summary>Opens the state of that folder; makes both when they are not there, and brings an older file up to date after backing it up.</summary>
    /// <exception cref="StateFileException">The file is damaged, foreign, newer than this module, or out of reach.</exception>
    public static StateStore Open(string home, TimeProvider clock) => Open(home, clock, Migration.All);

    internal static StateStore Open(string home, TimeProvider clock, IReadOnlyList<Migration> migrations)
    {
        var place = new StatePaths(Path.GetFullPath(home));
        return StateFile.Guard(place, () =>
        {
            StateFile.PrepareFolders(place);
            var door = WriteGates.Open(place);
            Database? database = null;
            try
            {
                // Opening and closing go through the gate too: the first opener recovers the log, the last one removes it.
                Pass(place, door, () => database = StateFile.Open(place, clock, migrations));
                StateFile.Check(database!);
                return new StateStore(place, clock, door, database!, migrations[^1].Version);
            }
            catch
            {
                database?.Dispose();
                door.Dispose();
                throw;
            }
        });
    }

    /// <summary>
    /// Reads one consistent view. Never waits for writers. Inside <see cref="Write{T}"/>, on its thread, it sees that transaction.
    /// </summary>
    /// <exception cref="StateFileException">The file is damaged.</exception>
    public T Read<T>(Func<StateReader, T> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        if (IsInside)
        {
            return read(current!);
        }

        ObjectDisposedException.ThrowIf(disposed, this);
        Database? database = null;
        try
        {
            if (!idle.TryTake(out database))
            {
                database = Database.Open(paths, paths.Database, readOnly: true);
            }

            database.Execute("BEGIN");
            var reader = new StateReader(database);
            try
            {
                StateFile.StillKnown(database, version);
                return read(reader);
            }
            finally
            {
                reader.Ended = true;
                database.Execute("COMMIT");
                if (!disposed)
                {
                    idle.Add(database);
                    database = null;
                }
            }
        }
        catch (SqliteException e)
        {
            throw SqliteFailure.Translate(e, paths, writing: false);
        }
        finally
        {
            // Unless it went back to the others.
            database?.Dispose();
        }
    }

    /// <summary>
    /// Makes one change: all of it is committed when this returns, none of it when <paramref name="write"/> throws. Keep it short and touch
    /// nothing but the state in it, because every other writer waits. It may run on another thread. A call inside another joins that
    /// one's transaction.
    /// </summary>
    /// <exception cref="StateWriteException">The change could not be written; nothing was changed.</exception>
    /// <exception cref="StateFileException">The file is damaged.</exception>
    public T Write<T>(Func<StateWriter, T> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        if (IsInside)
        {
            return Join(write);
        }

        if (!Monitor.TryEnter(turn, Patience))
        {
            throw GateClosed(paths, "another thread of this process");
        }

        try
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            var result = default(T);
            Pass(paths, gate, () => result = Transact(write));
            checkpointer.AfterCommit(Checkpoint);
            return result!;
        }
        catch (SqliteException e)
        {
            throw SqliteFailure.Translate(e, paths, writing: true);
        }
        finally
        {
            Monitor.Exit(turn);
        }
    }

    /// <inheritdoc cref="Write{T}"/>
    public void Write(Action<StateWriter> write) => Write<object?>(writer =>
    {
        write(writer);
        return null;
    });

    public void Dispose()
    {
        lock (turn)
        {
            if (disposed)
            {
                return;
            }

            disposed = true;
            if (!gate.TryRun(Close, TimeSpan.FromSeconds(2)))
            {
                Close();
            }

            gate.Dispose();
        }
    }

    private static void Pass(StatePaths paths, IWriteGate gate, Action work)
    {
        if (!gate.TryRun(work, Patience))
        {
            throw GateClosed(paths, gate.Holder);
        }
    }

    private static StateWriteException GateClosed(StatePaths paths, string holder) =>
        new($"The state file '{paths.Database}' has been kept by {holder} for {Patience.TotalSeconds} s; nothing was changed.")
        {
            Target = paths.Database,
            Recommendation = $"See what {holder} does: it may be suspended. Resume or end it, then run the command again.",
        };

    private T Transact<T>(Func<StateWriter, T> write)
    {
        writing.Execute("BEGIN IMMEDIATE");
        current = new StateWriter(writing, clock);
        inside = Environment.CurrentManagedThreadId;
        try
        {
            StateFile.StillKnown(writing, version);
            var result = write(current);
            writing.Execute("COMMIT");
            return result;
        }
        catch
        {
            writing.Rollback();
            throw;
        }
        finally
        {
            inside = 0;
            current.Ended = true;
            current = null;
        }
    }

    private T Join<T>(Func<StateWriter, T> write)
    {
        writing.Execute("SAVEPOINT inner_change");
        try
        {
            var result = write(current!);
            writing.Execute("RELEASE inner_change");
            return result;
        }
        catch
        {
            writing.RollbackInner("inner_change");
            throw;
        }
    }

    private void Close()
    {
        while (idle.TryTake(out var database))
        {
            database.Dispose();
        }

        writing.Dispose();
    }

    /// <summary>Moves the log into the file. Inside the gate, so that no checkpoint ever runs beside a writer.</summary>
    private void Checkpoint()
    {
        lock (turn)
        {
            if (!disposed)
            {
                gate.TryRun(MoveLog, Patience);
            }
        }
    }

    private void MoveLog()
    {
        try
        {
            writing.Script("PRAGMA wal_checkpoint(PASSIVE)");
        }
        catch (SqliteException)
        {
            // It is only put off: every change is in the log, and the next checkpoint or opener takes it from there.
        }
    }
}
