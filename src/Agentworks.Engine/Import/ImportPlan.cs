using Agentworks.Model;
using Agentworks.State;
using Agentworks.State.Rows;

namespace Agentworks.Import;

/// <summary>What an import would do, thing by thing, in an order in which it can be done.</summary>
public sealed class ImportPlan
{
    private readonly List<(AgwImport Item, Action<StateWriter>? Insert)> _items = [];
    private readonly List<VmRow> _vms = [];

    public IReadOnlyList<AgwImport> Items => [.. _items.Select(entry => entry.Item)];

    /// <summary>The machines that are or will be there, to pin the host keys of.</summary>
    internal IReadOnlyList<VmRow> Vms => _vms;

    internal void Add(string kind, string name, string? vm, string detail, Action<StateWriter> insert) =>
        _items.Add((new AgwImport { Kind = kind, Name = name, Vm = vm, Status = ImportStatus.New, Detail = detail }, insert));

    internal void Leave(string kind, string name, string? vm, ImportStatus status, string why) =>
        _items.Add((new AgwImport { Kind = kind, Name = name, Vm = vm, Status = status, Detail = why }, null));

    internal void Reach(VmRow vm) => _vms.Add(vm);

    /// <summary>Records what is new of the machines approved, and the VM hosts if those are; the rest stays <see cref="ImportStatus.New"/>.</summary>
    internal IReadOnlyList<AgwImport> Apply(StateWriter state, bool hosts, IReadOnlyCollection<string> vms)
    {
        var done = new List<AgwImport>();
        foreach (var (item, insert) in _items)
        {
            var approved = insert is not null && (item.Vm is null ? hosts : vms.Contains(item.Vm, StringComparer.Ordinal));
            if (approved)
            {
                insert!(state);
            }

            done.Add(approved ? item with { Status = ImportStatus.Imported } : item);
        }

        return done;
    }
}
