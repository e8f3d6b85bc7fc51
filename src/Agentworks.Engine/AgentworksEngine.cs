using Agentworks.Agents;
using Agentworks.Commands;
using Agentworks.Config;
using Agentworks.Doctor;
using Agentworks.Sessions;
using Agentworks.Vms;
using Agentworks.Workspaces;

namespace Agentworks;

/// <summary>
/// Everything for one operator's folder, wired together. Thread-safe; hold one for as long as possible, because it keeps the
/// connections to the machines.
/// </summary>
public sealed class AgentworksEngine : IAsyncDisposable
{
    /// <summary>Opens the operator's folder; makes it when it is not there. Reads no machine.</summary>
    public static AgentworksEngine Open(EngineOptions options) => throw new NotImplementedException();

    public ConfigService Config => throw new NotImplementedException();
    public VmService Vms => throw new NotImplementedException();
    public WorkspaceService Workspaces => throw new NotImplementedException();
    public AgentService Agents => throw new NotImplementedException();
    public SessionService Sessions => throw new NotImplementedException();
    public CommandService Commands => throw new NotImplementedException();
    public DoctorService Doctor => throw new NotImplementedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
