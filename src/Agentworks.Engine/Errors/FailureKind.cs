namespace Agentworks.Errors;

/// <summary>Kinds of failure. The names are those of PowerShell's ErrorCategory, so that the cmdlet layer maps them by name.</summary>
public enum FailureKind
{
    InvalidArgument,
    InvalidData,
    InvalidOperation,
    InvalidResult,
    ObjectNotFound,
    ResourceExists,
    ResourceBusy,
    ResourceUnavailable,
    PermissionDenied,
    AuthenticationError,
    SecurityError,
    ConnectionError,
    OperationTimeout,
    OperationStopped,
    LimitsExceeded,
    NotInstalled,
    NotImplemented,
    DeviceError,
    ReadError,
    WriteError,
    FromStdErr,
}
