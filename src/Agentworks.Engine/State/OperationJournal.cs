using System.Globalization;
using Agentworks.Errors;
using Agentworks.State.Rows;

namespace Agentworks.State;

/// <summary>
/// What is being done to the world, written before it is done. An operation that was cut off is found here by the next command, with
/// every step it may have made. Calls inside <see cref="StateStore.Write{T}"/> become part of that transaction.
/// </summary>
public sealed class OperationJournal
{
    /// <summary>So many operations that have ended are kept.</summary>
    private const int Kept = 2000;

    private readonly StateStore store;
    private readonly TimeProvider clock;

    internal OperationJournal(StateStore store, TimeProvider clock)
    {
        this.store = store;
        this.clock = clock;
    }

    /// <param name="operation">The cmdlet, such as New-AgwVm.</param>
    /// <param name="kind">One of <see cref="Model.EntityKind"/>.</param>
    /// <param name="targetId">Id of the thing worked on.</param>
    /// <param name="targetName">Its name.</param>
    /// <param name="argumentsJson">What is needed to finish or undo the work; never a secret.</param>
    public JournalOperation Begin(string operation, string kind, string targetId, string targetName, string argumentsJson) => store.Write(writer =>
    {
        var id = Guid.NewGuid().ToString("N");
        var self = ProcessIdentity.Current;
        var sequence = writer.Raw.Number(
            """
            INSERT INTO operation (id, operation, kind, target_id, target_name, arguments, state, holder_pid, holder_start, holder_host, started)
            VALUES ($1, $2, $3, $4, $5, $6, 'Open', $7, $8, $9, $10)
            RETURNING sequence
            """,
            id, operation, kind, targetId, targetName, argumentsJson, self.Pid, self.Start, self.Host, clock.GetUtcNow());
        writer.Raw.Execute("DELETE FROM operation WHERE sequence <= $1 AND state <> 'Open'", sequence - Kept);
        return new JournalOperation(this, sequence, id);
    });

    /// <summary>
    /// Takes over an operation that was interrupted, to finish or undo it. Hold the lock of its target, so that only one does.
    /// </summary>
    /// <exception cref="ResourceBusyException">The process that holds it is alive.</exception>
    /// <exception cref="NotFoundException">It has ended, or never was.</exception>
    public JournalOperation Adopt(string id) => store.Write(writer =>
    {
        var open = writer.Raw.Query(
            "SELECT sequence, operation, target_name, holder_pid, holder_start, holder_host FROM operation WHERE id = $1 AND state = 'Open'",
            row => (
                Sequence: row.Count("sequence"),
                What: $"{row.Text("operation")} '{row.Text("target_name")}'",
                Holder: new ProcessIdentity(row.Number("holder_pid"), row.Text("holder_start"), row.Text("holder_host"))),
            id);
        if (open.Count == 0)
        {
            throw new NotFoundException("open operation", id) { Target = id };
        }

        var (sequence, what, holder) = open[0];
        var self = ProcessIdentity.Current;
        if (holder != self && holder.IsAlive() == true)
        {
            throw new ResourceBusyException($"Process {holder.Pid.ToString(CultureInfo.InvariantCulture)} still works on {what}.")
            {
                Target = id,
                Recommendation = $"Wait for it to end, or stop process {holder.Pid.ToString(CultureInfo.InvariantCulture)}, then run the command again.",
            };
        }

        writer.Raw.Execute(
            "UPDATE operation SET holder_pid = $2, holder_start = $3, holder_host = $4 WHERE sequence = $1", sequence, self.Pid, self.Start, self.Host);
        return new JournalOperation(this, sequence, id);
    });

    /// <summary>Operations, the oldest first, with their steps.</summary>
    public IReadOnlyList<JournalRow> List(string? targetId = null, bool openOnly = false) => store.Read<IReadOnlyList<JournalRow>>(reader =>
    {
        var where = (targetId, openOnly) switch
        {
            (null, false) => "true",
            (null, true) => "state = 'Open'",
            (_, false) => "target_id = $1",
            (_, true) => "target_id = $1 AND state = 'Open'",
        };
        object?[] values = targetId is null ? [] : [targetId];
        var steps = reader.Raw
            .Query(
                $"""
                SELECT sequence, number, step, recorded FROM operation_step
                WHERE sequence IN (SELECT sequence FROM operation WHERE {where}) ORDER BY sequence, number
                """,
                row => (Sequence: row.Count("sequence"), Step: new JournalStep(row.Number("number"), row.Text("step"), row.Time("recorded"))),
                values)
            .ToLookup(step => step.Sequence, step => step.Step);
        return reader.Raw.Query($"SELECT * FROM operation WHERE {where} ORDER BY sequence", row => Read(row, steps), values);
    });

    internal void Record(long sequence, string step) => store.Write(writer => MustBeOpen(writer.Raw.Execute(
        """
        INSERT INTO operation_step (sequence, number, step, recorded)
        SELECT sequence, (SELECT ifnull(max(number), 0) + 1 FROM operation_step WHERE sequence = $1), $2, $3
        FROM operation WHERE sequence = $1 AND state = 'Open'
        """,
        sequence, step, clock.GetUtcNow())));

    internal void End(long sequence, string? error) => store.Write(writer => MustBeOpen(writer.Raw.Execute(
        "UPDATE operation SET state = $2, error = $3, ended = $4 WHERE sequence = $1 AND state = 'Open'",
        sequence, error is null ? JournalState.Done : JournalState.Failed, error, clock.GetUtcNow())));

    /// <summary>What an open operation of that process is doing; null when it has none.</summary>
    internal string? DescribeWorkOf(ProcessIdentity holder, string targetName) => store.Read(reader => reader.Raw
        .Query(
            """
            SELECT operation, target_name FROM operation
            WHERE state = 'Open' AND holder_pid = $1 AND holder_start = $2 AND holder_host = $3
            ORDER BY target_name = $4 DESC, sequence DESC LIMIT 1
            """,
            row => $"{row.Text("operation")} '{row.Text("target_name")}'",
            holder.Pid, holder.Start, holder.Host, targetName)
        .FirstOrDefault());

    private static JournalRow Read(RowReader row, ILookup<long, JournalStep> steps)
    {
        var holder = new ProcessIdentity(row.Number("holder_pid"), row.Text("holder_start"), row.Text("holder_host"));
        var state = row.Name<JournalState>("state");
        return new JournalRow
        {
            Id = row.Text("id"),
            Operation = row.Text("operation"),
            Kind = row.Text("kind"),
            TargetId = row.Text("target_id"),
            TargetName = row.Text("target_name"),
            ArgumentsJson = row.Text("arguments"),
            State = state,
            Error = row.TextOrNull("error"),
            Started = row.Time("started"),
            Ended = row.TimeOrNull("ended"),
            HolderPid = holder.Pid,
            HolderHost = holder.Host,
            HolderAlive = state == JournalState.Open ? holder.IsAlive() : null,
            Steps = [.. steps[row.Count("sequence")]],
        };
    }

    private static void MustBeOpen(int changed)
    {
        if (changed == 0)
        {
            throw new InvalidOperationException("The operation has already ended.");
        }
    }
}
