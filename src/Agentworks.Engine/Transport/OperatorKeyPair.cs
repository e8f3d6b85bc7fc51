namespace Agentworks.Transport;

/// <summary>The operator's key: paths of both halves, and the public one as one line without its line end.</summary>
public sealed record OperatorKeyPair(string PrivatePath, string PublicPath, string PublicKey);
