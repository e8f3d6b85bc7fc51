namespace Agentworks.State.Tables;

/// <summary>A column that the database works out from the column <paramref name="Source"/>, whose value stands where the expression is told.</summary>
internal sealed record DerivedColumn(string Column, string Source, Func<string, string> Expression);
