namespace Agentworks.Ports;

/// <summary>How a local program ended and what it wrote.</summary>
public sealed record ProcessResult(int ExitCode, string Output, string Error)
{
    public bool Succeeded => ExitCode == 0;
}
