namespace Agentworks.Consoles;

/// <summary>What to do with a console on its machine; see consoles-apply.pl.</summary>
public enum ConsoleMode
{
    Enter,
    Recreate,
    Change,
    Repair,
    Stop,
}
