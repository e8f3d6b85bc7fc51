using Agentworks.Events;
using Agentworks.Model;

namespace Agentworks.Provisioning;

/// <summary>What a look at a step says of the thing that it is about.</summary>
internal static class StateCheck
{
    public static AgwStateCheck Of(string kind, string name, string vm, StepResult step) => new()
    {
        Kind = kind,
        Name = name,
        Vm = vm,
        Check = step.Name,
        Status = step.State switch
        {
            StepState.Ok => DriftStatus.InPlace,
            StepState.Unsupported => DriftStatus.Unsupported,
            _ => DriftStatus.Drifted,
        },
        Detail = step.Detail,
    };
}
