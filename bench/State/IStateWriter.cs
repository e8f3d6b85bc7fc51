namespace Agentworks.Bench.State;

/// <summary>The two writes that are measured, each one durable transaction.</summary>
internal interface IStateWriter : IDisposable
{
    void ChangeRow(int round);

    void RecordStep(int round);
}
