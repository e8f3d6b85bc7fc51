using System.Management.Automation;
using Agentworks.Errors;
using Agentworks.Model;
using Agentworks.PortForwards;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Opens ports of this computer that lead to a machine or a workspace, and keeps them open in the background.</summary>
[Cmdlet(VerbsCommon.New, "AgwPortForward", SupportsShouldProcess = true)]
[OutputType(typeof(AgwPortForward))]
public sealed class NewAgwPortForwardCommand : LimitedCommand
{
    /// <summary>The machine; that of -Workspace when not given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(VmCompleter))]
    public VmArgument? Vm { get; set; }

    /// <summary>The workspace that it is for.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(WorkspaceCompleter))]
    public WorkspaceArgument? Workspace { get; set; }

    /// <summary>REMOTE or LOCAL:REMOTE.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("GuestPort")]
    public string[] RemotePort { get; set; } = [];

    /// <summary>The same number, or any free one, when not given; 0: any free one.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("HostPort")]
    [ValidateRange(0, 65535)]
    public int? LocalPort { get; set; }

    /// <summary>IP address of this computer to listen on.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("BindAddress")]
    [ArgumentCompleter(typeof(LocalAddressCompleter))]
    public string LocalAddress { get; set; } = "127.0.0.1";

    protected override void Process()
    {
        // A piped workspace says what it is, and on which machine.
        var named = Vm?.Foreign == "Workspace" ? new WorkspaceArgument(Vm.Input) : Workspace is { Name.Length: > 0 } ? Workspace : null;
        if (named is not null)
        {
            foreach (var (workspace, _) in FindWorkspaces([named]))
            {
                OpenAll(Vm is null || Vm.Foreign is not null ? null : Vm.Name, workspace.Name);
            }
            return;
        }
        if (Vm is null)
        {
            throw new EngineFailure(new InvalidRequestException("A forward leads to a workspace or a machine; none is named.") { Recommendation = "Add -Workspace or -Vm." });
        }
        foreach (var (vm, _) in FindVms([Vm]))
        {
            OpenAll(vm.Name, workspace: null);
        }
    }

    private void OpenAll(string? vm, string? workspace)
    {
        foreach (var text in RemotePort)
        {
            ForInput(text, () => Open(vm, workspace, text));
        }
    }

    private void Open(string? vm, string? workspace, string text)
    {
        var ports = Try(() => Read(text));
        if (Approves($"{(ports.LocalPort is > 0 and var local ? $"{local} -> " : string.Empty)}{workspace ?? vm}:{ports.RemotePort}", "Forward port"))
        {
            var request = new NewPortForward { Vm = vm, Workspace = workspace, Ports = ports, LocalAddress = LocalAddress };
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
