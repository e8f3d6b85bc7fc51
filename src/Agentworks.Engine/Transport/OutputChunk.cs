namespace Agentworks.Transport;

/// <summary>A piece of live output. The memory is valid only until the handler returns.</summary>
public readonly record struct OutputChunk(OutputStream Stream, ReadOnlyMemory<byte> Data);
