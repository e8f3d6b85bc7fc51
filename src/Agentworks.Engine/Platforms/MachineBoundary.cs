namespace Agentworks.Platforms;

/// <summary>What stands between a machine and the computer that runs it; "about_Agentworks_Security" says what each is worth.</summary>
public enum MachineBoundary
{
    /// <summary>Nothing that we made: an existing machine.</summary>
    None,

    /// <summary>Linux namespaces: the kernel is shared.</summary>
    Namespace,

    /// <summary>A machine with a kernel of its own.</summary>
    Machine,
}
