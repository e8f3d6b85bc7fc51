namespace Agentworks.PowerShell.Module;

/// <summary>An engine and how many cmdlets use it.</summary>
internal sealed class SharedEngine(AgentworksEngine engine)
{
    private readonly object _gate = new();
    private int _users;
    private bool _closing;

    public EngineLease Rent()
    {
        lock (_gate)
        {
            _users++;
        }
        return new EngineLease(engine, Return);
    }

    /// <summary>Completes when the engine is closed, or at once when someone still uses it: the last user closes it then.</summary>
    public Task CloseAsync()
    {
        lock (_gate)
        {
            _closing = true;
            return _users == 0 ? DisposeEngineAsync() : Task.CompletedTask;
        }
    }

    private void Return()
    {
        lock (_gate)
        {
            if (--_users == 0 && _closing)
            {
                _ = DisposeEngineAsync();
            }
        }
    }

    private Task DisposeEngineAsync() => Task.Run(async () => await engine.DisposeAsync().ConfigureAwait(false));
}
