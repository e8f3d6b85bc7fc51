using Agentworks.Errors;
using Agentworks.Files;

namespace Agentworks.PowerShell;

/// <summary>A path of the drive: nothing for its root, a workspace, or something in one.</summary>
internal sealed record DrivePath(string? Workspace, string Path)
{
    /// <summary>
    /// How the provider's own paths begin. One that began with a slash would be taken for one of this computer where PowerShell must guess.
    /// </summary>
    public const string Prefix = "agw:";

    public bool IsRoot => Workspace is null;
    public bool IsWorkspace => Workspace is not null && Path.Length == 0;

    /// <summary>In a workspace, where else no file can be.</summary>
    public FilePlace Place => new(Workspace ?? throw NoFile());

    public static DrivePath Parse(string path)
    {
        var steps = new List<string>();
        foreach (var step in path.Split('/', '\\'))
        {
            if (string.Equals(step, Prefix, StringComparison.OrdinalIgnoreCase))
            {
                steps.Clear();
            }
            else if (step == ".." && steps.Count > 0)
            {
                steps.RemoveAt(steps.Count - 1);
            }
            else if (step.Length > 0 && step is not ("." or ".."))
            {
                steps.Add(step);
            }
        }
        // Workspaces are named without regard to case, as everywhere in PowerShell, and have lower-case names.
        return steps.Count == 0 ? new DrivePath(null, string.Empty) : new DrivePath(steps[0].ToLowerInvariant(), string.Join('/', steps.Skip(1)));
    }

    public DrivePath Below(string name) => IsRoot ? new DrivePath(name, string.Empty) : this with { Path = MachinePath.Combine(Path, name) };

    /// <summary>As PowerShell names it to the provider.</summary>
    public override string ToString()
    {
        var separator = System.IO.Path.DirectorySeparatorChar;
        return Prefix + separator + (IsRoot ? string.Empty : Path.Length == 0 ? Workspace! : Workspace + separator + Path.Replace('/', separator));
    }

    public static InvalidRequestException NoFile() => new("At the root of the drive are workspaces, which are no files.")
    {
        Recommendation = "New-AgwWorkspace and Remove-AgwWorkspace make and remove them.",
    };
}
