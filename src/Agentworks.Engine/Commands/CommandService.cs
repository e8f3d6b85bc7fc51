using Agentworks.Model;

namespace Agentworks.Commands;

/// <summary>Runs the operator's own commands on many targets at once.</summary>
public sealed class CommandService
{
    /// <summary>Results as they come, in no particular order. A command that exits non-zero is a result, not an error.</summary>
    public IAsyncEnumerable<BatchOutcome<AgwCommandResult>> InvokeAsync(
        IReadOnlyList<CommandTarget> targets, CommandRequest request, CancellationToken cancellationToken) => throw new NotImplementedException();
}
