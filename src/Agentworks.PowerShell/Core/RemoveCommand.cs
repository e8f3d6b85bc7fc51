using System.Management.Automation;
using Agentworks.Errors;

namespace Agentworks.PowerShell;

/// <summary>Removes things in which others may live.</summary>
public abstract class RemoveCommand : AgentworksCommand
{
    /// <summary>Also remove what lives in it.</summary>
    [Parameter]
    public SwitchParameter Cascade { get; set; }

    /// <summary>Do not ask again about what lives in it; with -Forget, do it although the machine is there. -WhatIf and -Confirm still hold.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>The machine is gone for good: drop the records and ask nothing of it.</summary>
    [Parameter]
    public SwitchParameter Forget { get; set; }

    /// <summary>What is done, in a word.</summary>
    private protected string Verb => Forget ? "Forget" : "Remove";

    /// <summary>Asks about what goes along with a cascade; nothing to ask when nothing lives in it, or nothing but records goes.</summary>
    private protected bool AgreesToCascade(string what, params (int Count, string Word)[] dependents)
    {
        var along = dependents.Where(d => d.Count > 0).Select(d => $"{d.Count} {d.Word}{(d.Count == 1 ? string.Empty : "s")}").ToList();
        if (!Cascade || Force || Forget || along.Count == 0)
        {
            return true;
        }
        return Asks($"{what} goes with {string.Join(", ", along)}. {Verb} all of it?", Verb) ?? throw new EngineFailure(
            new NotInteractiveException($"{what} has {string.Join(", ", along)}, and nobody can be asked here.")
            {
                Recommendation = "Add -Force to remove them without a question.",
            });
    }

    /// <summary>Removes one thing; says how to be rid of it when its machine cannot be reached.</summary>
    private protected void Remove(object input, string name, Action work) => ForInput(input, () =>
    {
        try
        {
            work();
        }
        catch (EngineFailure failure) when (!Forget && failure.Cause is ConnectionFailedException)
        {
            WriteFailure(failure.Cause, input);
            WriteWarning($"If the machine is gone for good: {MyInvocation.MyCommand.Name} {name} -Forget{(Cascade ? " -Cascade" : string.Empty)}");
        }
    });
}
