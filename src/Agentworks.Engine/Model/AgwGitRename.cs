namespace Agentworks.Model;

/// <summary>A file that has another name now.</summary>
public sealed record AgwGitRename(string OldPath, string Path)
{
    public override string ToString() => $"{OldPath} -> {Path}";
}
