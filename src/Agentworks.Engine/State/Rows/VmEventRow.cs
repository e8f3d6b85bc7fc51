namespace Agentworks.State.Rows;

/// <summary>An event of a machine as recorded; the detail never holds a secret.</summary>
public sealed record VmEventRow(string VmId, string Event, string? Detail, DateTimeOffset Time);
