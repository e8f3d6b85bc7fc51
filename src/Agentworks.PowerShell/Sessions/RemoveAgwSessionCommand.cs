using System.Management.Automation;
using Agentworks.Errors;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;
using Agentworks.Sessions;

namespace Agentworks.PowerShell;

/// <summary>Removes sessions, running or not, with what they left on the machine, and with what was made along with them.</summary>
[Cmdlet(VerbsCommon.Remove, "AgwSession", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class RemoveAgwSessionCommand() : SessionBatchCommand("Remove session")
{
    private readonly List<string> _considered = [];

    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(SessionCompleter))]
    public SessionArgument[] Name { get; set; } = [];

    /// <summary>Also remove the workspace and the agent that were made along with it and that nothing else needs.</summary>
    [Parameter]
    public SwitchParameter Cascade { get; set; }

    /// <summary>Do not ask about what goes along; with -Forget, do it although the machine is there. -WhatIf and -Confirm still hold.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>The machine is gone for good: drop the records and ask nothing of it.</summary>
    [Parameter]
    public SwitchParameter Forget { get; set; }

    private protected override bool WritesResult => false;

    private protected override string Action => Forget ? "Forget session" : "Remove session";

    private bool IsWhatIf => MyInvocation.BoundParameters.TryGetValue("WhatIf", out var given)
        ? (SwitchParameter)given
        : LanguagePrimitives.IsTrue(GetVariableValue("WhatIfPreference"));

    private bool MayAsk => !MyInvocation.BoundParameters.TryGetValue("Confirm", out var given) || (SwitchParameter)given;

    protected override void Process() => Collect(Name);

    private protected override void Consider(string name) => _considered.Add(name);

    protected override void End()
    {
        if (IsWhatIf)
        {
            foreach (var one in Try(() => Engine.SessionMaker.FindBelongings(_considered)).Where(one => one.UsedBy is null))
            {
                _ = ShouldProcess($"{one.Name} on {one.Vm}, made along with session {one.Session}", $"{(Cascade ? "Remove" : "Ask about")} {one.Kind}");
            }
        }
        base.End();
    }

    private protected override void Change(IReadOnlyList<string> names)
    {
        var along = Try(() => Engine.SessionMaker.FindBelongings(names)).Where(Goes).ToList();
        Report(stop => Forget ? Engine.Forget.SessionsAsync(names, Force, Sink, stop) : Engine.Sessions.RemoveAsync(names, Sink, stop));
        foreach (var one in along.Where(one => Succeeded(one.Session)))
        {
            ForInput(one.Name, () => Await(stop => RemoveAsync(one, stop)));
        }
    }

    private Task RemoveAsync(SessionBelonging one, CancellationToken stop) => (one.Kind, Forget: (bool)Forget) switch
    {
        (EntityKind.Agent, false) => Engine.Agents.RemoveAsync(one.Name, cascade: false, Sink, stop),
        (EntityKind.Agent, true) => Engine.Forget.AgentAsync(one.Name, cascade: false, Force, Sink, stop),
        (_, false) => Engine.Workspaces.RemoveAsync(one.Name, cascade: false, Sink, stop),
        (_, true) => Engine.Forget.WorkspaceAsync(one.Name, cascade: false, Force, Sink, stop),
    };

    private bool Goes(SessionBelonging one)
    {
        if (one.UsedBy is not null)
        {
            WriteVerbose($"The {one.Kind} {one.Name}, made along with session {one.Session}, stays: {one.UsedBy} needs it.");
            return false;
        }
        if (Cascade && (Force || Forget))
        {
            return true;
        }
        var question = $"The {one.Kind} {one.Name} was made along with session {one.Session}, and nothing else needs it. Remove it too?";
        if ((Cascade || MayAsk ? Asks(question, "Remove") : null) is { } answer)
        {
            return answer;
        }
        if (Cascade)
        {
            throw new EngineFailure(new NotInteractiveException($"The {one.Kind} {one.Name} goes along with session {one.Session}, and nobody can be asked here.")
            {
                Target = one.Session,
                Recommendation = "Add -Force to remove it without a question.",
            });
        }
        WriteWarning($"The {one.Kind} {one.Name}, made along with session {one.Session}, stays. To remove it: Remove-Agw{(one.Kind == EntityKind.Agent ? "Agent" : "Workspace")} {one.Name}");
        return false;
    }
}
