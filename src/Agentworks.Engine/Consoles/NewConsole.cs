namespace Agentworks.Consoles;

/// <summary>A console to record.</summary>
public sealed record NewConsole
{
    public required string Name { get; init; }

    /// <summary>Null for the machine of the sessions, or the only one.</summary>
    public string? Vm { get; init; }

    public IReadOnlyList<ConsoleSpec> Sessions { get; init; } = [];

    /// <summary>Add all other sessions of the machine, by name.</summary>
    public bool All { get; init; }

    /// <summary>Add all other sessions of the machine that run now, by name.</summary>
    public bool AllRunning { get; init; }

    /// <summary>Begin with a shell of the admin.</summary>
    public bool AdminShell { get; init; }
}
