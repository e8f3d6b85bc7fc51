using System.Management.Automation;
using System.Security;
using Agentworks.Model;
using Agentworks.PowerShell.Completion;
using Agentworks.Vms;

namespace Agentworks.PowerShell;

/// <summary>Makes a machine, or adopts an existing one with -Address.</summary>
[Cmdlet(VerbsCommon.New, "AgwVm", SupportsShouldProcess = true, DefaultParameterSetName = "Platform")]
[OutputType(typeof(AgwVm))]
public sealed class NewAgwVmCommand : AgentworksCommand
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    public string Name { get; set; } = string.Empty;

    /// <summary>Where the machine comes from; the template's or this computer's default when not given.</summary>
    [Parameter(ParameterSetName = "Platform", ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(PlatformCompleter))]
    public string? Platform { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(VmTemplateCompleter))]
    public string? Template { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? AdminUser { get; set; }

    [Parameter(ParameterSetName = "Platform", ValueFromPipelineByPropertyName = true)]
    [Alias("Cpus")]
    [ValidateRange(1, 1024)]
    public int? Cpu { get; set; }

    [Parameter(ParameterSetName = "Platform", ValueFromPipelineByPropertyName = true)]
    [ValidateRange(1, 65536)]
    public int? MemoryGiB { get; set; }

    [Parameter(ParameterSetName = "Platform", ValueFromPipelineByPropertyName = true)]
    [ValidateRange(1, 1 << 20)]
    [Alias("DiskGB")]
    public int? DiskGiB { get; set; }

    /// <summary>Host name or address of an existing Debian machine to adopt over ssh.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Existing", ValueFromPipelineByPropertyName = true)]
    public string? Address { get; set; }

    [Parameter(ParameterSetName = "Existing", ValueFromPipelineByPropertyName = true)]
    [ValidateRange(1, 65535)]
    public int? Port { get; set; }

    /// <summary>Who logs in the first time: root, or a user who may sudo without a password.</summary>
    [Parameter(ParameterSetName = "Existing", ValueFromPipelineByPropertyName = true)]
    public string? LoginUser { get; set; }

    /// <summary>Private key for the first login; the operator's own ssh configuration decides when not given.</summary>
    [Parameter(ParameterSetName = "Existing", ValueFromPipelineByPropertyName = true)]
    public string? IdentityFile { get; set; }

    /// <summary>Trust the host key that the machine shows first.</summary>
    [Parameter(ParameterSetName = "Existing")]
    public SwitchParameter AcceptNewHostKey { get; set; }

    /// <summary>How the machine is reached.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(NetworkCompleter))]
    public string? Network { get; set; }

    /// <summary>Lets the machine into the tailnet.</summary>
    [Parameter]
    public SecureString? TailscaleAuthKey { get; set; }

    protected override void Process()
    {
        var platform = Address is null ? Platform : "ssh";
        if (!Approves(platform is null ? Name : $"{Name} ({platform})", Address is null ? "Create machine" : $"Adopt machine {Address}"))
        {
            return;
        }
        ForInput(Name, () => Create(platform));
    }

    private void Create(string? platform)
    {
        var request = new NewVm
        {
            Name = Name,
            Platform = platform,
            Template = Template,
            AdminUser = AdminUser,
            Cpus = Cpu,
            MemoryGiB = MemoryGiB,
            DiskGiB = DiskGiB,
            Address = Address,
            Port = Port,
            LoginUser = LoginUser,
            LoginKey = IdentityFile is null ? null : GetUnresolvedProviderPathFromPSPath(IdentityFile),
            AcceptNewHostKey = AcceptNewHostKey,
            Network = Network,
            NetworkKey = FindNetworkKey(Network ?? Try(() => Engine.Config.Load().Defaults.Network), TailscaleAuthKey),
        };
        WriteObject(Await(stop => Engine.Vms.CreateAsync(request, Sink, stop)));
    }
}
