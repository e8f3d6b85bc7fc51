namespace Agentworks.Provisioning;

/// <summary>What a step needs on the machine and is too large to travel in its script. It is brought there only when the step's check says so.</summary>
/// <param name="Path">Where the step takes it from, in <see cref="Folder"/>; it takes it away.</param>
/// <param name="Data">What is there then.</param>
public sealed record StepContent(string Path, ReadOnlyMemory<byte> Data)
{
    /// <summary>Only root can look into it, and it is gone after a boot.</summary>
    public const string Folder = "/run/agentworks/incoming";
}
