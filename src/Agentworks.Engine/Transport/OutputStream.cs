namespace Agentworks.Transport;

/// <summary>Which of the two streams a piece of output came from.</summary>
public enum OutputStream
{
    Output,
    Error,
}
