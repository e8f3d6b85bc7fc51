namespace Agentworks.Model;

/// <summary>The words for kinds of things in messages, locks and the journal.</summary>
public static class EntityKind
{
    public const string Vm = "VM";
    public const string Workspace = "workspace";
    public const string Agent = "agent";
    public const string Session = "session";
    public const string Snapshot = "snapshot";
    public const string Preparation = "preparation";
    public const string VmHost = "VM host";
    public const string PortForward = "port forward";
    public const string Console = "console";
    public const string Job = "job";
}
