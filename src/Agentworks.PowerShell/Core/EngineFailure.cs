namespace Agentworks.PowerShell;

/// <summary>Carries an exception of the engine through a cmdlet, apart from those that PowerShell itself throws and must get back.</summary>
internal sealed class EngineFailure(Exception cause) : Exception(cause.Message, cause)
{
    public Exception Cause => InnerException!;
}
