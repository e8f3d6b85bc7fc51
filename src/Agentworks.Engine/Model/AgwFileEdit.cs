namespace Agentworks.Model;

/// <summary>What an edit did to one file.</summary>
public sealed record AgwFileEdit
{
    /// <summary>Relative to the workspace's folder; absolute where it lies outside of it.</summary>
    public required string Path { get; init; }

    public required string Workspace { get; init; }
    public required string Vm { get; init; }

    /// <summary>How often the text was found.</summary>
    public required int Matches { get; init; }

    public required int Replacements { get; init; }
    public required long BytesBefore { get; init; }
    public required long BytesAfter { get; init; }
}
