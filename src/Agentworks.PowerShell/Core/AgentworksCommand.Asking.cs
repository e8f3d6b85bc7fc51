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
        catch (Exception e) when (IsNobodyThere(e))
        {
            return null;
        }
    }

    /// <summary>Hosts say it in ways of their own: the console, whose input has ended, by a null that it did not expect.</summary>
    private static bool IsNobodyThere(Exception failure) => failure is HostException or System.Management.Automation.PSInvalidOperationException or NullReferenceException;
}
