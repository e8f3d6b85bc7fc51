namespace Agentworks.Platforms;

/// <summary>Receives, before each change to the world, what is about to be made. Returns only when that is durable.</summary>
public interface IResourceJournal
{
    Task RecordAsync(string step, CancellationToken cancellationToken);
}
