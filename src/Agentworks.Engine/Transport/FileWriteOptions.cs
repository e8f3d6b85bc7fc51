namespace Agentworks.Transport;

/// <summary>How a file is to end up. Mode is octal text such as "0644"; null keeps the old file's, else 0644.</summary>
public sealed record FileWriteOptions(string? Mode = null, string? Owner = null, bool CreateDirectories = false);
