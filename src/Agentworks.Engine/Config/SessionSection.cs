namespace Agentworks.Config;

/// <summary>[session.config]: what holds for every session.</summary>
public sealed record SessionSection
{
    private const int MostLines = 10_000_000;

    /// <summary>Lines that tmux keeps for scrolling back.</summary>
    public required int HistoryLimit { get; init; }

    internal static SessionSection Read(ConfigSection section)
    {
        var config = section.Child("config");
        var read = new SessionSection { HistoryLimit = config.Whole("history_limit", 1, MostLines) ?? 50_000 };
        config.Finish();
        section.Finish();
        return read;
    }
}
