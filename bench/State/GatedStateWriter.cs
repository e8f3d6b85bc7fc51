using System.Globalization;
using Agentworks.Model;
using Agentworks.State;

namespace Agentworks.Bench.State;

/// <summary>Writes as the engine does.</summary>
internal sealed class GatedStateWriter : IStateWriter
{
    private readonly StateStore store;
    private readonly JournalOperation operation;
    private readonly string name;

    public GatedStateWriter(string home, int number)
    {
        store = StateStore.Open(home, TimeProvider.System);
        name = $"vm{number}";
        operation = store.Journal.Begin("Initialize-AgwVm", EntityKind.Vm, name, name, "{}");
    }

    public void ChangeRow(int round) => store.Write(writer =>
        writer.Update(writer.FindVm(name)! with { AppliedHash = round.ToString("x64", CultureInfo.InvariantCulture) }));

    public void RecordStep(int round) => operation.Record(string.Create(CultureInfo.InvariantCulture, $"install package {round}"));

    public void Dispose() => store.Dispose();
}
