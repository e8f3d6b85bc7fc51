using System.Management.Automation;
using Agentworks.Errors;

namespace Agentworks.PowerShell;

/// <summary>Where a piped object says to run a command.</summary>
internal sealed record PipedTarget(VmArgument[]? Vm, WorkspaceArgument[]? Workspace, AgentArgument[]? Agent)
{
    /// <summary>Null when the object says nothing of the kind.</summary>
    public static PipedTarget? Read(PSObject value)
    {
        if (value.BaseObject is string or ValueType or byte[])
        {
            return null;
        }
        if (Is(value, "Vm"))
        {
            return new PipedTarget([new VmArgument(value)], null, null);
        }

        // A workspace or an agent is on one machine anyway; a row of a table may say no more than the machine.
        var workspace = Is(value, "Workspace") ? value : Property(value, "Workspace");
        var agent = Is(value, "Agent") ? value : Property(value, "Agent");
        var vm = workspace is null && agent is null ? Property(value, "Vm") : null;
        return workspace is null && agent is null && vm is null
            ? null
            : new PipedTarget(
                vm is null ? null : [new VmArgument(vm)],
                workspace is null ? null : [new WorkspaceArgument(workspace)],
                agent is null ? null : [new AgentArgument(agent)]);
    }

    public static InvalidRequestException Unknown(object input) => new("This is no target, and standard input needs targets given by parameters.")
    {
        Target = input,
        Recommendation = "Add -Vm, -Workspace or -Agent.",
    };

    public static InvalidRequestException Missing() => new("There is nothing to run the command on.")
    {
        Recommendation = "Add -Vm, -Workspace or -Agent, or pipe machines, workspaces, agents or sessions.",
    };

    private static bool Is(PSObject value, string noun) => value.TypeNames.Any(name => name.EndsWith(".Agw" + noun, StringComparison.Ordinal));

    private static object? Property(PSObject value, string name) => value.Properties[name]?.Value is { } found && found.ToString() is { Length: > 0 } ? found : null;
}
