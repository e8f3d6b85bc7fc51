using System.Text;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Machines;
using Agentworks.Model;
using Agentworks.Operations;
using Agentworks.State;
using Agentworks.State.Rows;
using Agentworks.Transport;

namespace Agentworks.Variables;

/// <summary>
/// Variables that the operator sets for workspaces. Plain ones are recorded. The value of a secret one is in a file in the memory of the
/// workspace's machine, which only root can read; that it exists is all that is recorded.
/// </summary>
public sealed class WorkspaceVariables(StateStore store, MachineConnections machines, OperationRunner operations)
{
    /// <summary>The longest value: the kernel takes no longer one.</summary>
    private const int MostBytes = 131_000;

    /// <summary>What was set for the workspace. No machine is asked.</summary>
    public IReadOnlyList<AgwEnvironmentVariable> List(string workspace) => store.Read(state => Model(state, state.RequireWorkspace(workspace)));

    /// <summary>Sets variables; nothing is asked of the machine when none is or was secret.</summary>
    /// <param name="workspace">For commands, jobs, sessions and shells in it.</param>
    /// <param name="plain">Names and values to record.</param>
    /// <param name="secret">Names and values for the machine's memory.</param>
    /// <param name="events">Progress.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="InvalidRequestException">A name or value cannot be one.</exception>
    public Task<IReadOnlyList<AgwEnvironmentVariable>> SetAsync(
        string workspace, IReadOnlyDictionary<string, string> plain, IReadOnlyDictionary<string, string> secret, IEventSink events, CancellationToken cancellationToken)
    {
        foreach (var (name, value) in plain.Concat(secret))
        {
            Validate(name, value);
        }

        return operations.RunAsync(
            "Set-AgwEnvironmentVariable",
            EntityKind.Workspace,
            workspace,
            events,
            async scope =>
            {
                var (row, vm, old) = Find(workspace);
                var replaced = old.Where(one => one.Secret && plain.ContainsKey(one.Name)).Select(one => one.Name);
                await ChangeAsync(scope, row, vm, secret, replaced, cancellationToken).ConfigureAwait(false);
                return store.Write(state =>
                {
                    foreach (var (name, value) in plain)
                    {
                        state.Put(new EnvironmentVariableRow { WorkspaceId = row.Id, Name = name, Value = value });
                    }

                    foreach (var name in secret.Keys)
                    {
                        state.Put(new EnvironmentVariableRow { WorkspaceId = row.Id, Name = name });
                    }

                    return (IReadOnlyList<AgwEnvironmentVariable>)[.. Model(state, row).Where(one => plain.ContainsKey(one.Name) || secret.ContainsKey(one.Name))];
                });
            },
            cancellationToken);
    }

    /// <exception cref="NotFoundException">One was not set; then none is removed.</exception>
    public Task RemoveAsync(string workspace, IReadOnlyList<string> names, IEventSink events, CancellationToken cancellationToken) =>
        operations.RunAsync(
            "Remove-AgwEnvironmentVariable",
            EntityKind.Workspace,
            workspace,
            events,
            async scope =>
            {
                var (row, vm, old) = Find(workspace);
                if (names.FirstOrDefault(name => old.All(one => one.Name != name)) is { } missing)
                {
                    throw new NotFoundException("environment variable", missing) { Target = missing, Recommendation = $"Get-AgwEnvironmentVariable -Workspace {workspace} lists them." };
                }

                var secret = old.Where(one => one.Secret && names.Contains(one.Name, StringComparer.Ordinal)).Select(one => one.Name);
                await ChangeAsync(scope, row, vm, new Dictionary<string, string>(StringComparer.Ordinal), secret, cancellationToken).ConfigureAwait(false);
                store.Write(state =>
                {
                    foreach (var name in names)
                    {
                        state.DeleteEnvironmentVariable(row.Id, name);
                    }
                });
            },
            cancellationToken);

    /// <summary>Where the machine has the value of a secret variable: in memory, and for root alone.</summary>
    internal static string FileOf(string workspaceId, string name) => $"{FolderOf(workspaceId)}/{name}";

    private static string FolderOf(string workspaceId) => $"/run/agentworks/variables/{workspaceId}";

    private async Task ChangeAsync(
        OperationScope scope, WorkspaceRow row, VmRow vm, IReadOnlyDictionary<string, string> put, IEnumerable<string> remove, CancellationToken cancellationToken)
    {
        List<string> arguments = [FolderOf(row.Id)];
        foreach (var (name, value) in put)
        {
            arguments.AddRange([name, "=" + value]);
        }

        arguments.AddRange(remove.SelectMany(name => new[] { name, "-" }));
        if (arguments.Count == 1)
        {
            return;
        }

        scope.Record("values in the machine's memory");
        await machines.Shell(vm).RequireAsync(
            new RemoteCommand
            {
                Script = EmbeddedText.Read("variables-set.sh"),
                Arguments = arguments,
                OperationId = scope.RemoteId("variables"),
                OnDisconnect = DisconnectAction.Finish,
                Timeout = TimeSpan.FromMinutes(1),
            },
            $"Setting variables of workspace '{row.Name}'",
            cancellationToken).ConfigureAwait(false);
    }

    private (WorkspaceRow Row, VmRow Vm, IReadOnlyList<EnvironmentVariableRow> Old) Find(string workspace) => store.Read(state =>
    {
        var row = state.RequireWorkspace(workspace);
        return (row, state.GetVm(row.VmId)!, state.ListEnvironmentVariables(row.Id));
    });

    private static void Validate(string name, string value)
    {
        var problem = name == "PATH" ? "PATH decides which programs are found, and cannot be set." : VariableName.Problem(name);
        if (problem is not null)
        {
            throw new InvalidRequestException($"'{name}' cannot be set: {problem}") { Target = name, Recommendation = "Use letters, digits and underscores, such as API_KEY." };
        }

        if (value.Contains('\0', StringComparison.Ordinal) || Encoding.UTF8.GetByteCount(value) > MostBytes)
        {
            throw new InvalidRequestException($"The value of {name} holds a zero byte or is longer than {MostBytes} bytes.") { Target = name };
        }
    }

    private static IReadOnlyList<AgwEnvironmentVariable> Model(StateReader state, WorkspaceRow row)
    {
        var vm = state.GetVm(row.VmId)!.Name;
        return [.. state.ListEnvironmentVariables(row.Id).Select(one => new AgwEnvironmentVariable
        {
            Name = one.Name,
            Value = one.Value ?? AgwEnvironmentVariable.Mask,
            Source = VariableSource.Assigned,
            IsSecret = one.Secret,
            Persistent = !one.Secret,
            Vm = vm,
            Workspace = row.Name,
        })];
    }
}
