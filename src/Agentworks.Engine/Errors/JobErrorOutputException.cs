namespace Agentworks.Errors;

/// <summary>A line that a job wrote to its error output. It says nothing of whether the job fails.</summary>
public sealed class JobErrorOutputException(string line) : AgentworksException(line)
{
    public override FailureKind Kind => FailureKind.FromStdErr;
}
