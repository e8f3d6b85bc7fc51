using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Provider;

namespace Agentworks.PowerShell;

/// <summary>
/// The drive agw: with the workspaces at its root and their files below. It is there as soon as the module is, and costs nothing until it is
/// used: nothing here names the engine.
/// </summary>
[CmdletProvider("Agentworks", ProviderCapabilities.ShouldProcess | ProviderCapabilities.Filter)]
public sealed class AgentworksProvider : NavigationCmdletProvider, IContentCmdletProvider, IDisposable
{
    private readonly CancellationTokenSource _stop = new();

    public void Dispose() => _stop.Dispose();

    private FileDrive Drive => new(this, _stop.Token);

    /// <summary>Set-Content asks for this before it opens a writer, which replaces the file as a whole: there is nothing to clear then.</summary>
    public void ClearContent(string path)
    {
        if (DynamicParameters is not DriveWriteParameters)
        {
            Drive.Clear(path);
        }
    }

    public object? ClearContentDynamicParameters(string path) => null;

    public IContentReader? GetContentReader(string path) => Drive.Reader(path, DynamicParameters as DriveReadParameters ?? new DriveReadParameters());

    public object? GetContentReaderDynamicParameters(string path) => new DriveReadParameters();

    public IContentWriter? GetContentWriter(string path) => Drive.Writer(path, DynamicParameters as DriveWriteParameters ?? new DriveWriteParameters());

    public object? GetContentWriterDynamicParameters(string path) => new DriveWriteParameters();

    internal void Emit(object item, string path, bool isContainer) => WriteItemObject(item, path, isContainer);

    internal void Fail(Exception failure, string path) => WriteError(ErrorFactory.Create(failure, path));

    internal bool Approves(string path, string action) => ShouldProcess(path, action);

    internal bool IsForced => Force;

    internal string? NameFilter => Filter;

    internal DriveListParameters ListParameters => DynamicParameters as DriveListParameters ?? new DriveListParameters();

    protected override Collection<PSDriveInfo> InitializeDefaultDrives() =>
        [new PSDriveInfo("agw", ProviderInfo, "agw:" + Path.DirectorySeparatorChar, "The workspaces and their files", null)];

    protected override void StopProcessing() => _ = _stop.CancelAsync();

    protected override bool IsValidPath(string path) => !string.IsNullOrEmpty(path);

    protected override bool ItemExists(string path) => Drive.Exists(path);

    protected override bool IsItemContainer(string path) => Drive.IsContainer(path);

    protected override void GetItem(string path) => Drive.Get(path);

    protected override object? GetChildItemsDynamicParameters(string path, bool recurse) => new DriveListParameters();

    protected override void GetChildItems(string path, bool recurse) => Drive.GetChildren(path, recurse, null);

    protected override void GetChildItems(string path, bool recurse, uint depth) => Drive.GetChildren(path, recurse, (int)Math.Min(depth, int.MaxValue));

    protected override void GetChildNames(string path, ReturnContainers returnContainers) => Drive.GetNames(path);

    /// <summary>The base class asks whether the item is there first: a round trip for each file of a list, and ten for each command.</summary>
    protected override string GetChildName(string path)
    {
        var whole = path.TrimEnd('/', '\\');
        return whole[(whole.LastIndexOfAny(['/', '\\']) + 1)..];
    }

    protected override bool HasChildItems(string path) => Drive.HasChildren(path);

    protected override void NewItem(string path, string itemTypeName, object newItemValue) => Drive.Make(path, itemTypeName, newItemValue);

    protected override void RemoveItem(string path, bool recurse) => Drive.Remove(path, recurse);

    protected override void RenameItem(string path, string newName) => Drive.Rename(path, newName);

    protected override void MoveItem(string path, string destination) => Drive.Move(path, destination);

    protected override void CopyItem(string path, string copyPath, bool recurse) => Drive.Copy(path, copyPath, recurse);
}
