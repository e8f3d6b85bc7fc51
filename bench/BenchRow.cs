namespace Agentworks.Bench;

/// <summary>One line of the table: what was measured, what is promised, and what it is compared with, as a person reads it.</summary>
public sealed record BenchRow(string Id, string Operation, string Value, string Promise, string Comparison, bool Pass);
