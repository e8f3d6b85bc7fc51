namespace Agentworks.Config;

/// <summary>[azure].</summary>
public sealed record AzureSection
{
    public required string SubscriptionId { get; init; }
    public required string ResourceGroup { get; init; }
    public required string Region { get; init; }
    public required int IdleTimeoutHours { get; init; }

    internal static AzureSection Read(ConfigSection section)
    {
        var read = new AzureSection
        {
            SubscriptionId = section.Required("subscription_id"),
            ResourceGroup = section.Required("resource_group"),
            Region = section.Required("region"),
            IdleTimeoutHours = section.Whole("idle_timeout_hours", 0, 24 * 365) ?? 2,
        };
        section.Finish();
        return read;
    }
}
