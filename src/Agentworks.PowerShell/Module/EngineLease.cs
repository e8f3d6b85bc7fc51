namespace Agentworks.PowerShell.Module;

/// <summary>The right to use a shared engine until disposed.</summary>
internal sealed class EngineLease(AgentworksEngine engine, Action giveBack) : IDisposable
{
    private int _given;

    public AgentworksEngine Engine => engine;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _given, 1) == 0)
        {
            giveBack();
        }
    }
}
