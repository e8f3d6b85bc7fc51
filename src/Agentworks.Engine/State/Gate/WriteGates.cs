namespace Agentworks.State.Gate;

/// <summary>Picks the gate for the system that we run on.</summary>
internal static class WriteGates
{
    public static IWriteGate Open(StatePaths paths)
    {
        if (OperatingSystem.IsWindows())
        {
            return new WindowsWriteGate(paths.Home);
        }

        var path = Path.Combine(paths.Locks, "state.gate");
        return new UnixWriteGate(OperatingSystem.IsLinux() && Environment.Is64BitProcess ? new TicketLock(path) : new PairLock(path));
    }
}
