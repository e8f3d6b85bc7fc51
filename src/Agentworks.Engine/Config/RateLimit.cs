namespace Agentworks.Config;

/// <summary>How often something may be done.</summary>
/// <param name="Burst">So many times at once.</param>
/// <param name="PerMinute">So often in the long run; 0: as often as one likes.</param>
public sealed record RateLimit(int Burst, int PerMinute);
