using System.Management.Automation;

namespace Agentworks.PowerShell;

/// <summary>A call on workspaces that counts for the default rate limit: once, before anything else, however much is piped to it.</summary>
public abstract class LimitedCommand : AgentworksCommand
{
    /// <summary>Fail rather than wait for the rate limit.</summary>
    [Parameter]
    public SwitchParameter NoWait { get; set; }

    private protected override void Admit()
    {
        if (!IsWhatIf)
        {
            Await(stop => Engine.RateLimiter.CallAsync(NoWait, Sink, stop));
        }
    }

    private bool IsWhatIf => MyInvocation.BoundParameters.TryGetValue("WhatIf", out var whatIf)
        ? whatIf is SwitchParameter { IsPresent: true }
        : LanguagePrimitives.IsTrue(SessionState.PSVariable.GetValue("WhatIfPreference"));
}
