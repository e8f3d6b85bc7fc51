using System.Management.Automation.Host;

namespace Agentworks.PowerShell;

/// <summary>Questions to the operator besides ShouldProcess.</summary>
public abstract partial class AgentworksCommand
{
    private bool _yesToAll;
    private bool _noToAll;

    /// <summary>Asks ShouldContinue; null where nobody can be asked.</summary>
    private protected bool? Asks(string question, string caption)
    {
        try
        {
            return ShouldContinue(question, caption, ref _yesToAll, ref _noToAll);
        }
        catch (Exception e) when (e is HostException or System.Management.Automation.PSInvalidOperationException)
        {
            return null;
        }
    }
}
