namespace Agentworks.Model;

/// <summary>A commit that came with a merge.</summary>
public sealed record AgwMergeCommit(string Sha, string Subject)
{
    public override string ToString() => $"{Sha[..Math.Min(8, Sha.Length)]} {Subject}";
}
