using Agentworks.Config;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Model;
using Agentworks.Ports;
using Agentworks.State;
using Agentworks.State.Rows;

namespace Agentworks.OperatorFiles;

/// <summary>
/// Files that open workspaces in VS Code. Their folder is made once on request, and kept up to date from then on: workspaces that come
/// get a file, those that go take theirs along.
/// </summary>
public sealed class CodeWorkspaceService(StateStore store, ConfigService config, SshConfigService ssh, IProcessRunner processes)
{
    private const string Extension = ".code-workspace";
    private readonly CodeWorkspaceText _text = new(store.OwnerTag);

    private string Folder => config.Load().Paths.VscodeWorkspaces;

    /// <summary>Writes the files of workspaces, and removes those that we wrote for workspaces that are gone.</summary>
    /// <param name="names">Which; null for all that there are.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="AlreadyExistsException">A file of that name is not ours.</exception>
    /// <exception cref="StateWriteException">A file cannot be written.</exception>
    public async Task<IReadOnlyList<AgwCodeWorkspace>> UpdateAsync(IReadOnlyList<string>? names, CancellationToken cancellationToken)
    {
        using var held = await store.Locks.AcquireAsync("file", "code_workspaces", TimeSpan.FromMinutes(1), cancellationToken).ConfigureAwait(false);
        var rows = Rows();
        RemoveLeft(rows);
        var written = new List<AgwCodeWorkspace>();
        foreach (var (row, vm) in rows.Where(one => names?.Contains(one.Workspace.Name, StringComparer.Ordinal) != false))
        {
            written.Add(await WriteAsync(row, vm, cancellationToken).ConfigureAwait(false));
        }

        return written;
    }

    /// <summary>What <see cref="UpdateAsync"/> would write; nothing is written.</summary>
    public IReadOnlyList<AgwCodeWorkspace> Plan() => [.. Rows().Select(one => Describe(one.Workspace, one.Vm, changed: false))];

    /// <summary>Brings the files up to date where the operator has them; a failure is only a warning.</summary>
    public async Task RefreshAsync(IEventSink events, CancellationToken cancellationToken)
    {
        try
        {
            if (Directory.Exists(Folder))
            {
                await UpdateAsync(null, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is AgentworksException or IOException or UnauthorizedAccessException)
        {
            events.Report(new WarningEvent($"The files for VS Code are not up to date: {e.Message} Run: Update-AgwCodeWorkspace"));
        }
    }

    /// <summary>Writes a workspace's file and opens it with the program <c>code</c>; what hinders that is only a warning.</summary>
    public async Task OpenAsync(string name, IEventSink events, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var file in await UpdateAsync([name], cancellationToken).ConfigureAwait(false))
            {
                await OpenAsync(file, events, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (AgentworksException e)
        {
            events.Report(new WarningEvent($"Workspace '{name}' cannot be opened in VS Code: {e.Message}"));
        }
    }

    /// <summary>Opens a file with the program <c>code</c>; what hinders that is only a warning.</summary>
    public async Task OpenAsync(AgwCodeWorkspace file, IEventSink events, CancellationToken cancellationToken)
    {
        if (!ssh.IsWanted())
        {
            events.Report(new WarningEvent($"VS Code cannot reach {ssh.AliasOf(file.Vm)}, because ssh does not know it. Run: Update-AgwSshConfig"));
        }

        if (processes.Find("code") is not { } code)
        {
            events.Report(new WarningEvent($"The program 'code' is not there. Open {file.Path} in VS Code."));
            return;
        }

        var result = await processes.RunAsync(code, [file.Path], new ProcessOptions(Timeout: TimeSpan.FromSeconds(30)), cancellationToken).ConfigureAwait(false);
        if (!result.Succeeded)
        {
            events.Report(new WarningEvent($"'code' could not open {file.Path}: {result.Error.Trim()}"));
        }
    }

    private IReadOnlyList<(WorkspaceRow Workspace, VmRow Vm)> Rows() => store.Read(state =>
    {
        var vms = state.ListVms().ToDictionary(vm => vm.Id, StringComparer.Ordinal);
        return state.ListWorkspaces().Where(row => row.State is LifecycleState.Ready or LifecycleState.Partial).Select(row => (row, vms[row.VmId])).ToArray();
    });

    private async Task<AgwCodeWorkspace> WriteAsync(WorkspaceRow row, VmRow vm, CancellationToken cancellationToken)
    {
        var described = Describe(row, vm, changed: false);
        var file = new OperatorFile(described.Path, processes);
        var current = file.Read();
        if (current is not null && _text.IdOf(current) is null)
        {
            throw new AlreadyExistsException("File", described.Path) { Target = described.Path, Recommendation = "It is not ours: move it away, then run Update-AgwCodeWorkspace." };
        }

        var changed = await file.WriteAsync(_text.Render(current, row.Id, ssh.AliasOf(vm.Name), row.Path), cancellationToken).ConfigureAwait(false);
        return described with { Changed = changed };
    }

    private AgwCodeWorkspace Describe(WorkspaceRow row, VmRow vm, bool changed) => new()
    {
        Workspace = row.Name,
        Vm = vm.Name,
        Path = Path.Combine(Folder, row.Name + Extension),
        Uri = CodeWorkspaceText.Uri(ssh.AliasOf(vm.Name), row.Path),
        Changed = changed,
    };

    // A file of ours whose workspace is gone; also one whose name a workspace of another id has by now.
    private void RemoveLeft(IReadOnlyList<(WorkspaceRow Workspace, VmRow Vm)> rows)
    {
        var known = rows.ToDictionary(one => one.Workspace.Name + Extension, one => one.Workspace.Id, StringComparer.Ordinal);
        foreach (var path in Directory.Exists(Folder) ? Directory.GetFiles(Folder, "*" + Extension) : [])
        {
            var file = new OperatorFile(path, processes);
            if (file.Read() is { } content && _text.IdOf(content) is { } id && known.GetValueOrDefault(Path.GetFileName(path)) != id)
            {
                file.Delete();
            }
        }
    }
}
