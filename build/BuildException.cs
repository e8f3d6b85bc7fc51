namespace Agentworks.Build;

/// <summary>A task cannot go on; the message says why and, where there is one, the way out.</summary>
internal sealed class BuildException(string message) : Exception(message);
