namespace Agentworks.Variables;

/// <summary>The variables by which a program can tell where it runs.</summary>
public static class IdentityVariables
{
    public const string Vm = "AGENTWORKS_VM";
    public const string Workspace = "AGENTWORKS_WORKSPACE";
    public const string Agent = "AGENTWORKS_AGENT";
    public const string Session = "AGENTWORKS_SESSION";
    public const string Job = "AGENTWORKS_JOB";

    public static IReadOnlyList<string> All { get; } = [Vm, Workspace, Agent, Session, Job];
}
