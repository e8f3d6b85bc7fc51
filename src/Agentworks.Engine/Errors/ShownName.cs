namespace Agentworks.Errors;

/// <summary>A name as messages show it: not longer than a line can bear, and harmless to a terminal. The whole of it is the failure's target.</summary>
public static class ShownName
{
    /// <summary>Characters; about twice as long as a name may be.</summary>
    public const int Limit = 60;

    public static string Of(string? name)
    {
        var text = name ?? string.Empty;
        var end = text.Length <= Limit ? text.Length : char.IsHighSurrogate(text[Limit - 1]) ? Limit - 1 : Limit;
        return string.Concat(text[..end].Select(c => char.IsControl(c) ? '\uFFFD' : c)) + (end < text.Length ? "…" : string.Empty);
    }
}
