using Agentworks.Events;
using Agentworks.Operations;

namespace Agentworks.OperatorFiles;

/// <summary>Keeps the files on the operator's computer in step with what is recorded.</summary>
internal sealed class OperatorFileRefresh(SshConfigService ssh, CodeWorkspaceService code) : IAfterwards
{
    public async Task ChangedAsync(IEventSink events, CancellationToken cancellationToken)
    {
        await ssh.RefreshAsync(events, cancellationToken).ConfigureAwait(false);
        await code.RefreshAsync(events, cancellationToken).ConfigureAwait(false);
    }
}
