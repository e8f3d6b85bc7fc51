namespace Agentworks.Files;

/// <summary>How a file, folder or link is made on a machine; the numbers are those of files.pl.</summary>
[Flags]
internal enum WriteFlags
{
    None = 0,
    Append = 1,
    MustBeNew = 2,
    MakeFolders = 4,
    FollowLink = 8,
    BelowBase = 16,
    ToDisk = 32,
    MayExist = 64,
}
