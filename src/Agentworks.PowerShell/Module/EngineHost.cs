namespace Agentworks.PowerShell.Module;

/// <summary>
/// The process's engines, one for each value of AGENTWORKS_HOME. PowerShell constructs cmdlets itself and gives them nothing to
/// share, while connections to machines must outlive a cmdlet: this is the one place with static state.
/// </summary>
internal static class EngineHost
{
    private static readonly TimeSpan ExitGrace = TimeSpan.FromSeconds(2);
    private static readonly Dictionary<string, SharedEngine> Engines = new(StringComparer.Ordinal);

    static EngineHost() => AppDomain.CurrentDomain.ProcessExit += (_, _) => CloseAll();

    /// <summary>Opens the engine of the operator's folder, or shares the one that is open. Dispose the lease, never the engine.</summary>
    public static EngineLease Rent()
    {
        var home = EngineOptions.DefaultHome();
        lock (Engines)
        {
            if (!Engines.TryGetValue(home, out var shared))
            {
                shared = new SharedEngine(AgentworksEngine.Open(new EngineOptions { Home = home, Secrets = new PipelineSecretSource() }));
                Engines.Add(home, shared);
            }
            return shared.Rent();
        }
    }

    /// <summary>Closes what nobody uses now, and the rest as soon as its last user is done; whoever comes later opens anew.</summary>
    public static void CloseAll()
    {
        Task[] closing;
        lock (Engines)
        {
            closing = [.. Engines.Values.Select(engine => engine.CloseAsync())];
            Engines.Clear();
        }
        Task.WaitAll(closing, ExitGrace);
    }
}
