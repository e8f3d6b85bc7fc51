namespace Agentworks.Provisioning;

/// <summary>
/// One thing that must be true of a machine. <paramref name="Check"/> and <paramref name="Apply"/> are /bin/sh; both see the step's
/// variables. Check succeeds when nothing needs doing; after Apply it is asked again, so a step never merely claims to have worked.
/// </summary>
/// <param name="Name">Kebab-case, stable; what the operator sees.</param>
/// <param name="Check">Exit status 0: as wanted; 77: this machine cannot have it, and the last line of output says why; else: apply.</param>
/// <param name="Apply">Makes it true.</param>
/// <param name="Fatal">Whether everything after it is pointless when it fails.</param>
/// <param name="Variables">Values for the two scripts, under names of their own; never quoted into the text by hand.</param>
public sealed record ProvisionStep(
    string Name, string Check, string Apply, bool Fatal, IReadOnlyDictionary<string, string> Variables)
{
    /// <summary>Shell functions that the two scripts call; steps that share a text share the functions.</summary>
    public string Functions { get; init; } = string.Empty;

    /// <summary>The time that it may take on top of what all steps have together; set where it fetches something.</summary>
    public TimeSpan Limit { get; init; }

    /// <summary>Null for almost every step.</summary>
    public StepContent? Content { get; init; }
}
