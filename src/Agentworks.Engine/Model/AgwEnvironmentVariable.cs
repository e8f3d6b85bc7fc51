namespace Agentworks.Model;

/// <summary>A variable that a program finds in its environment in one place.</summary>
public sealed record AgwEnvironmentVariable
{
    /// <summary>What stands for the value of a secret.</summary>
    public const string Mask = "********";

    public required string Name { get; init; }

    /// <summary>The text; <see cref="Mask"/> for a secret, which is not fetched.</summary>
    public required string Value { get; init; }

    public required VariableSource Source { get; init; }
    public required bool IsSecret { get; init; }

    /// <summary>The name of the secret that holds the value.</summary>
    public string? SecretName { get; init; }

    /// <summary>False when the value is in the machine's memory only, and gone when the machine restarts.</summary>
    public bool Persistent { get; init; } = true;

    /// <summary>Weaker sources that set it too, to no effect; the weakest first.</summary>
    public IReadOnlyList<VariableSource> Overrides { get; init; } = [];

    public required string Vm { get; init; }
    public string? Workspace { get; init; }
    public string? Agent { get; init; }
    public string? Session { get; init; }

    public override string ToString() => $"{Name}={Value}";
}
