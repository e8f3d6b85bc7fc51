using Agentworks.Model;
using Agentworks.State.Rows;

namespace Agentworks.Files;

/// <summary>A place as it is known: the machine, the folder, the user, and whether paths are confined to the folder.</summary>
internal sealed record FileGround(VmRow Vm, WorkspaceRow Workspace, string User, bool Confined)
{
    public string Root => Workspace.Path;

    /// <summary>As the machine is to be told it.</summary>
    public string Resolve(string path) => MachinePath.Resolve(path, Root, Confined);

    public AgwFile ToModel(FileEntry entry)
    {
        var full = MachinePath.IsAbsolute(entry.Path) ? entry.Path : entry.Path is "" or "." ? Root : MachinePath.Combine(Root, entry.Path);
        return new AgwFile
        {
            Name = MachinePath.Name(full),
            FullName = full,
            Path = full == Root ? "." : full.StartsWith(Root + "/", StringComparison.Ordinal) ? full[(Root.Length + 1)..] : full,
            Kind = entry.Kind,
            Length = entry.Kind == AgwFileKind.File ? entry.Length : 0,
            Mode = Permissions.ToText(entry.Mode),
            OctalMode = Permissions.ToOctal(entry.Mode),
            Owner = entry.Owner,
            Group = entry.Group,
            LastWriteTime = entry.LastWriteTime,
            LinkTarget = entry.Kind == AgwFileKind.SymbolicLink ? entry.LinkTarget : null,
            Workspace = Workspace.Name,
            Vm = Vm.Name,
        };
    }
}
