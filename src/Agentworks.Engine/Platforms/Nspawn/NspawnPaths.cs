namespace Agentworks.Platforms.Nspawn;

/// <summary>The files and names of one machine.</summary>
public sealed record NspawnPaths(string Id, string Folder)
{
    /// <summary>The name of its network namespace and of the machine as nspawn knows it.</summary>
    public string Name => "agw-" + Id;

    public string Owner => Path.Combine(Folder, "owner.json");

    /// <summary>Beside the folder, because it goes last.</summary>
    public string Lock => Folder + ".lock";

    /// <summary>There while it is being shut down.</summary>
    public string Stopping => Path.Combine(Folder, "stopping");

    /// <summary>The public host key as it was made, out of the machine's own reach.</summary>
    public string HostKey => Path.Combine(Folder, "host_key.pub");

    /// <summary>A sparse file with the machine's own file system: its changes to the image, and its workspaces.</summary>
    public string Disk => Path.Combine(Folder, "disk.btrfs");

    /// <summary>Where <see cref="Disk"/> is mounted.</summary>
    public string Files => Path.Combine(Folder, "files");

    /// <summary>A subvolume with both folders that overlayfs needs: they must be on one, because it renames between them.</summary>
    public string Layer => Path.Combine(Files, "layer");

    public string Upper => Path.Combine(Layer, "upper");
    public string Work => Path.Combine(Layer, "work");
    public string Workspaces => Path.Combine(Files, "workspaces");

    /// <summary>The machine's root: the image below, <see cref="Upper"/> above.</summary>
    public string RootMount => Path.Combine(Folder, "root");

    /// <summary>Of a dedicated machine: there once its root has an identity of its own.</summary>
    public string IdentityMark => Path.Combine(Folder, "identity.done");

    /// <summary>Of a dedicated machine: the files of its identity, until they are in its root.</summary>
    public string IdentityStage => Path.Combine(Folder, "identity");

    public string Console => Path.Combine(Folder, "console.log");

    /// <summary>That of its run before.</summary>
    public string FormerConsole => Console + ".1";

    /// <summary>An empty folder that nspawn makes for mounts into the machine, and leaves behind when it is killed.</summary>
    public string Propagation => Path.Combine("/run/systemd/nspawn/propagate", Name);

    /// <summary>The identity of the nspawn process.</summary>
    public string Run => Path.Combine(Folder, "nspawn.run");

    /// <summary>The identity of the slirp4netns process.</summary>
    public string NetworkRun => Path.Combine(Folder, "slirp.run");

    public string NetworkLog => Path.Combine(Folder, "slirp.log");
    public string NetworkReady => Path.Combine(Folder, "slirp.ready");

    public string Namespace => Path.Combine("/run/netns", Name);

    /// <summary>The namespace between a dedicated machine and everything else, out of the machine's reach.</summary>
    public string GatewayName => Name + "-gw";

    public string Gateway => Path.Combine("/run/netns", GatewayName);

    /// <summary>The number of its address.</summary>
    public string Address => Path.Combine(Folder, "address");

    /// <summary>The rules that the gateway was given, and what nft made of them.</summary>
    public string GatewayRecord => Path.Combine(Folder, "gateway.json");

    public string ResolverConfig => Path.Combine(Folder, "resolver.conf");

    /// <summary>The identity of the gateway's dnsmasq process.</summary>
    public string ResolverRun => Path.Combine(Folder, "resolver.run");

    public string ResolverLog => Path.Combine(Folder, "resolver.log");
}
