namespace Agentworks.Errors;

/// <summary>A file of this computer cannot be read or written.</summary>
public sealed class LocalFileException : AgentworksException
{
    public LocalFileException(string path, Exception cause)
        : base($"'{path}' on this computer: {cause.Message}", cause) => Target = path;

    public override FailureKind Kind => InnerException switch
    {
        FileNotFoundException or DirectoryNotFoundException => FailureKind.ObjectNotFound,
        UnauthorizedAccessException => FailureKind.PermissionDenied,
        _ => FailureKind.WriteError,
    };
}
