namespace Agentworks.Config;

/// <summary>What an environment variable is to hold: a text, or the value of the secret of that name. Exactly one of the two is set.</summary>
public sealed record EnvironmentValue(string? Text, string? Secret = null)
{
    public override string ToString() => Text ?? $"secret {Secret}";
}
