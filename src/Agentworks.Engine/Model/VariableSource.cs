namespace Agentworks.Model;

/// <summary>What sets an environment variable, the weakest first: what comes later hides what came before.</summary>
public enum VariableSource
{
    Vm,
    Workspace,

    /// <summary>[admin.config], for what the admin runs.</summary>
    Admin,
    Agent,

    /// <summary>The session's template.</summary>
    Session,

    /// <summary>Set-AgwEnvironmentVariable, for the workspace.</summary>
    Assigned,

    /// <summary>-Environment and -SecretEnvironment.</summary>
    Parameter,

    /// <summary>Agentworks itself: AGENTWORKS_VM, AGENTWORKS_WORKSPACE, AGENTWORKS_AGENT, AGENTWORKS_SESSION.</summary>
    Identity,
}
