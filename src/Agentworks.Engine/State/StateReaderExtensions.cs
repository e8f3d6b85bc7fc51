using Agentworks.Errors;
using Agentworks.Model;
using Agentworks.State.Rows;

namespace Agentworks.State;

/// <summary>Look-ups of what must be there and ready.</summary>
public static class StateReaderExtensions
{
    /// <exception cref="NotFoundException">There is none.</exception>
    /// <exception cref="NotReadyException">It is half made or half removed.</exception>
    public static VmRow RequireVm(this StateReader state, string name)
    {
        var row = state.FindVm(name) ?? throw Missing(EntityKind.Vm, name, "Get-AgwVm");
        RequireReady(EntityKind.Vm, name, row.State, "AgwVm");
        return row;
    }

    /// <inheritdoc cref="RequireVm"/>
    public static WorkspaceRow RequireWorkspace(this StateReader state, string name)
    {
        var row = state.FindWorkspace(name) ?? throw Missing(EntityKind.Workspace, name, "Get-AgwWorkspace");
        RequireReady(EntityKind.Workspace, name, row.State, "AgwWorkspace");
        return row;
    }

    /// <inheritdoc cref="RequireVm"/>
    public static AgentRow RequireAgent(this StateReader state, string name)
    {
        var row = state.FindAgent(name) ?? throw Missing(EntityKind.Agent, name, "Get-AgwAgent");
        RequireReady(EntityKind.Agent, name, row.State, "AgwAgent");
        return row;
    }

    /// <summary>The named machine, or the only one when none is named.</summary>
    public static VmRow RequireVmOrOnly(this StateReader state, string? name)
    {
        if (name is not null)
        {
            return state.RequireVm(name);
        }

        // The machine of a dedicated workspace takes nothing that it is not named for.
        var all = state.ListVms().Where(row => !row.Dedicated).ToArray();
        return all.Length switch
        {
            1 => state.RequireVm(all[0].Name),
            0 => throw new InvalidRequestException("There is no VM yet.") { Recommendation = "New-AgwVm dev" },
            _ => throw new InvalidRequestException("There are several VMs; name one.")
            {
                Recommendation = "-Vm with one of: " + string.Join(", ", all.Select(row => row.Name)),
            },
        };
    }

    private static NotFoundException Missing(string kind, string name, string command) =>
        new(kind, name) { Target = name, Recommendation = $"{command} lists them." };

    private static void RequireReady(string kind, string name, LifecycleState state, string noun)
    {
        if (state is not (LifecycleState.Ready or LifecycleState.Partial))
        {
            throw new NotReadyException($"{kind} '{name}' is not whole: {state}.")
            {
                Target = name,
                Recommendation = state switch
                {
                    LifecycleState.Creating => $"Run New-{noun} {name} again to finish it, or Remove-{noun} {name}.",
                    LifecycleState.Failed => $"Run Initialize-{noun} {name} again, or Remove-{noun} {name}.",
                    _ => $"Remove-{noun} {name}",
                },
            };
        }
    }
}
