namespace Agentworks.Platforms.Nspawn;

/// <summary>
/// Where everything is on this computer. One tree serves all operators' homes: images are shared, machines are told apart by their ids.
/// The folders are root's alone: a machine's files may be set-user-id, and must not be within reach of this computer's users.
/// </summary>
public sealed record NspawnLayout(string Root)
{
    public const string DefaultRoot = "/var/lib/agentworks";

    public string Images => Path.Combine(Root, "images");
    public string Machines => Path.Combine(Root, "machines");

    /// <summary>A sparse file with one btrfs for all dedicated machines: their images, roots and snapshots.</summary>
    public string StoreFile => Path.Combine(Root, "dedicated.btrfs");

    /// <summary>Held by who has the store's limits counted anew.</summary>
    public string RecountLock => StoreFile + ".recount";

    /// <summary>Where <see cref="StoreFile"/> is mounted.</summary>
    public string Store => Path.Combine(Root, "dedicated");

    public NspawnPaths For(string id)
    {
        // The id becomes part of paths, of a namespace's and of a control group's name.
        if (id.Length is 0 or > 16 || !id.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c)))
        {
            throw new ArgumentException($"'{id}' is no machine id: lower-case letters and digits, at most 16.", nameof(id));
        }

        return new NspawnPaths(id, Path.Combine(Machines, id));
    }
}
