namespace Agentworks.Model;

/// <summary>One set-up command of a preparation.</summary>
public sealed record AgwPreparationStep
{
    public required string Command { get; init; }

    /// <summary>Null when it was done by an earlier call that did not come to its end.</summary>
    public int? ExitCode { get; init; }

    public TimeSpan? Duration { get; init; }

    /// <summary>The end of what it wrote.</summary>
    public string Output { get; init; } = string.Empty;

    public override string ToString() => Command;
}
