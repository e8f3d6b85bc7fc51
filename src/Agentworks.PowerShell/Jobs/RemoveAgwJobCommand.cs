using System.Management.Automation;
using Agentworks.Model;

namespace Agentworks.PowerShell;

/// <summary>Removes jobs with their output.</summary>
[Cmdlet(VerbsCommon.Remove, "AgwJob", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class RemoveAgwJobCommand : JobsCommand
{
    /// <summary>Also those that run: they are killed. -WhatIf and -Confirm still hold.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override bool Wants(AgwJob job) => Approves($"{job.Name} in {job.Workspace}", "Remove job");

    private protected override void Work(IReadOnlyList<AgwJob> jobs) =>
        Report(stop => Engine.Jobs.RemoveAsync([.. jobs.Select(job => job.Name)], Force, Sink, stop), _ => { });
}
