namespace Agentworks.Model;

/// <summary>What a name in a folder stands for.</summary>
public enum AgwFileKind
{
    File,
    Directory,
    SymbolicLink,
    Pipe,
    Socket,
    BlockDevice,
    CharacterDevice,
}
