namespace Agentworks.Config;

/// <summary>[named_console].</summary>
public sealed record NamedConsoleSection
{
    private static readonly string[] Layouts =
        ["tiled", "even-vertical", "even-horizontal", "main-vertical", "main-horizontal", "aw-session-vertical"];

    /// <summary>A layout of tmux, or aw-session-vertical: the session above, its shells below it.</summary>
    public string TmuxLayout { get; init; } = "aw-session-vertical";

    internal static NamedConsoleSection Read(ConfigSection section)
    {
        var layout = section.Text("tmux_layout", value => ConfigRules.OneOf(value, Layouts));
        section.Finish();
        return layout is null ? new NamedConsoleSection() : new NamedConsoleSection { TmuxLayout = layout };
    }
}
