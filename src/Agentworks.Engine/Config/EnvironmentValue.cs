namespace Agentworks.Config;

/// <summary>What an environment variable is to hold: a text, the value of the secret of that name, or what is in a file of the machine that only root can
/// read. Exactly one of the three is set.</summary>
public sealed record EnvironmentValue(string? Text, string? Secret = null, string? File = null)
{
    public override string ToString() => Text ?? (Secret is null ? "secret" : $"secret {Secret}");
}
