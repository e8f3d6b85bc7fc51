namespace Agentworks.Config;

/// <summary>Something in the configuration that works but should be changed. Line and column count from 1.</summary>
public sealed record ConfigWarning(string File, int Line, int Column, string Key, string Message)
{
    public override string ToString() => $"{File}({Line},{Column}): {Key}: {Message}";
}
