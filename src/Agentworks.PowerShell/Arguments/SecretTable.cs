namespace Agentworks.PowerShell;

/// <summary>Secret variables as a hashtable gave them.</summary>
/// <param name="Values">Those given by value.</param>
/// <param name="Names">Those to be found, with the names of their secrets.</param>
internal sealed record SecretTable(IReadOnlyDictionary<string, string> Values, IReadOnlyDictionary<string, string> Names);
