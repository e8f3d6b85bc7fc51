namespace Agentworks.Platforms.Qemu;

/// <summary>One disk of the store: what it holds covers what is below it.</summary>
/// <param name="Id">12 hexadecimal digits.</param>
/// <param name="File">Its qcow2 file.</param>
internal sealed record DiskLayer(string Id, string File)
{
    /// <summary>Its name inside QEMU.</summary>
    public string Node => NodeOf(Id);

    public static string NodeOf(string id) => "layer-" + id;
}
