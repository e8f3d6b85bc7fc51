using System.Management.Automation;
using System.Management.Automation.Host;
using Agentworks.Errors;

namespace Agentworks.PowerShell;

/// <summary>Removes things in which others may live.</summary>
public abstract class RemoveCommand : AgentworksCommand
{
    private bool _yesToAll;
    private bool _noToAll;

    /// <summary>Also remove what lives in it.</summary>
    [Parameter]
    public SwitchParameter Cascade { get; set; }

    /// <summary>Do not ask again about what lives in it. -WhatIf and -Confirm still hold.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Asks about what goes along with a cascade; nothing to ask when nothing lives in it.</summary>
    private protected bool AgreesToCascade(string what, params (int Count, string Word)[] dependents)
    {
        var along = dependents.Where(d => d.Count > 0).Select(d => $"{d.Count} {d.Word}{(d.Count == 1 ? string.Empty : "s")}").ToList();
        if (!Cascade || Force || along.Count == 0)
        {
            return true;
        }
        try
        {
            return ShouldContinue($"{what} goes with {string.Join(", ", along)}. Remove all of it?", "Remove", ref _yesToAll, ref _noToAll);
        }
        catch (Exception e) when (e is HostException or PSInvalidOperationException)
        {
            throw new EngineFailure(new NotInteractiveException($"{what} has {string.Join(", ", along)}, and nobody can be asked here.")
            {
                Recommendation = "Add -Force to remove them without a question.",
            });
        }
    }
}
