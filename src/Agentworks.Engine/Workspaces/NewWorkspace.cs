namespace Agentworks.Workspaces;

/// <summary>A workspace to make.</summary>
public sealed record NewWorkspace
{
    public required string Name { get; init; }

    /// <summary>Null when there is only one machine.</summary>
    public string? Vm { get; init; }

    public string? Template { get; init; }

    /// <summary>An http(s), ssh or git URL, cloned by the machine; or a folder of the operator's computer, sent as a bundle.</summary>
    public string? Repository { get; init; }

    public string? Branch { get; init; }
}
