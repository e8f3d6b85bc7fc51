using System.Runtime.InteropServices;

namespace Agentworks.Toml;

/// <summary>A place in a document. Both count from 1; the column counts characters (Unicode scalar values), a tab being one.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct TomlPlace(int Line, int Column);
