namespace Agentworks.Errors;

/// <summary>A path of this computer lies outside of where files may be taken from and put.</summary>
public sealed class TransferRefusedException : AgentworksException
{
    public TransferRefusedException(string path, string root)
        : base($"'{path}' lies outside of '{root}', from and to which alone files are copied.")
    {
        Target = path;
        Recommendation = "Give a path in there, or change transfer_root in [paths] of config.toml.";
    }

    public override FailureKind Kind => FailureKind.SecurityError;
}
