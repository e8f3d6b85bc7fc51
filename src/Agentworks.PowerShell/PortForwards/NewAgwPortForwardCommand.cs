using System.Management.Automation;
using Agentworks.Errors;
using Agentworks.Model;
using Agentworks.PortForwards;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Opens ports of this computer that lead to a machine, and keeps them open in the background.</summary>
[Cmdlet(VerbsCommon.New, "AgwPortForward", SupportsShouldProcess = true)]
[OutputType(typeof(AgwPortForward))]
public sealed class NewAgwPortForwardCommand : AgentworksCommand
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(VmCompleter))]
    public VmArgument Vm { get; set; } = null!;

    /// <summary>REMOTE or LOCAL:REMOTE.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    public string[] RemotePort { get; set; } = [];

    /// <summary>The same number, or any free one, when not given.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateRange(1, 65535)]
    public int? LocalPort { get; set; }

    /// <summary>IP address of this computer to listen on.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(LocalAddressCompleter))]
    public string LocalAddress { get; set; } = "127.0.0.1";

    protected override void Process()
    {
        foreach (var (vm, _) in FindVms([Vm]))
        {
            foreach (var text in RemotePort)
            {
                ForInput(text, () => Open(vm.Name, text));
            }
        }
    }

    private void Open(string vm, string text)
    {
        var ports = Try(() => Read(text));
        if (Approves($"{(ports.LocalPort is { } local ? $"{local} -> " : string.Empty)}{vm}:{ports.RemotePort}", "Forward port"))
        {
            var request = new NewPortForward { Vm = vm, Ports = ports, LocalAddress = LocalAddress };
            WriteObject(Await(stop => Engine.PortForwards.CreateAsync(request, Sink, stop)));
        }
    }

    private PortForwardSpec Read(string text)
    {
        var ports = PortForwardSpec.Parse(text);
        if (LocalPort is null)
        {
            return ports;
        }
        if (RemotePort.Length > 1 || ports.LocalPort is not null)
        {
            throw new InvalidRequestException("-LocalPort is for one remote port.")
            {
                Target = text,
                Recommendation = "Write LOCAL:REMOTE for each, such as 8080:80, 8443:443.",
            };
        }
        return ports with { LocalPort = LocalPort };
    }
}
