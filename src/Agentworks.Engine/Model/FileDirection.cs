namespace Agentworks.Model;

/// <summary>Which way a file was copied.</summary>
public enum FileDirection
{
    ToWorkspace,
    FromWorkspace,
}
