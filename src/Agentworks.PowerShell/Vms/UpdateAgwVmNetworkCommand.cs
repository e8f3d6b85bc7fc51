using System.Management.Automation;
using System.Security;
using Agentworks.Model;
using Agentworks.Network;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Makes machines join their network anew with a fresh key, or changes how they are reached.</summary>
[Cmdlet(VerbsData.Update, "AgwVmNetwork", SupportsShouldProcess = true)]
[OutputType(typeof(AgwVm))]
public sealed class UpdateAgwVmNetworkCommand : AgentworksCommand
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(VmCompleter))]
    public VmArgument[] Name { get; set; } = [];

    /// <summary>The one that it has when not given.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(NetworkCompleter))]
    public string? Network { get; set; }

    /// <summary>Lets the machine into the tailnet.</summary>
    [Parameter]
    public SecureString? TailscaleAuthKey { get; set; }

    /// <summary>Also write the machine.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override void Process()
    {
        foreach (var (vm, input) in FindVms(Name))
        {
            var network = Network ?? vm.Network;
            if (Approves(vm.Name, network == vm.Network ? $"Join network {network} anew" : $"Change network from {vm.Network} to {network}"))
            {
                ForInput(input, () => Update(vm.Name, network));
            }
        }
    }

    private void Update(string name, string network)
    {
        var request = new UpdateVmNetwork { Vm = name, Network = network, AuthKey = FindNetworkKey(network, TailscaleAuthKey) };
        var vm = Await(stop => Engine.Vms.UpdateNetworkAsync(request, Sink, stop));
        if (PassThru)
        {
            WriteObject(vm);
        }
    }
}
