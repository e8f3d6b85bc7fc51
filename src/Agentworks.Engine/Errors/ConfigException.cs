namespace Agentworks.Errors;

/// <summary>The configuration is wrong at a known place. Line and column count from 1; 0 when the place is the whole file.</summary>
public sealed class ConfigException(string file, int line, int column, string? key, string problem)
    : AgentworksException($"{file}{(line > 0 ? $"({line},{column})" : string.Empty)}: {(key is null ? string.Empty : key + ": ")}{problem}")
{
    public override FailureKind Kind => FailureKind.InvalidData;

    public string File { get; } = file;
    public int Line { get; } = line;
    public int Column { get; } = column;
    public string? Key { get; } = key;
}
