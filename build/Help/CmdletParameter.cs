namespace Agentworks.Build.Help;

/// <summary>A parameter as the assembly declares it.</summary>
internal sealed record CmdletParameter
{
    public required string Name { get; init; }

    /// <summary>As a person writes it: String[], Int32, SwitchParameter.</summary>
    public required string Type { get; init; }

    public required IReadOnlyList<string> Aliases { get; init; }
    public required bool Wildcards { get; init; }

    /// <summary>The only values that are taken; empty when there is no such list.</summary>
    public required IReadOnlyList<string> Values { get; init; }

    /// <summary>How it takes part in each parameter set; the key <see cref="Cmdlet.AllSets"/> means every one.</summary>
    public required IReadOnlyDictionary<string, ParameterUse> Uses { get; init; }

    public bool IsSwitch => Type == "SwitchParameter";

    public ParameterUse? UseIn(string set) =>
        Uses.TryGetValue(set, out var use) || Uses.TryGetValue(Cmdlet.AllSets, out use) ? use : null;
}
