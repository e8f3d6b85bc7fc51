using System.Globalization;

namespace Agentworks.State;

/// <summary>How values look in the file: enumerations by name, times in UTC and ISO 8601, truth as 0 and 1.</summary>
internal static class StoredValue
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'";

    public static object Of(object? value) => value switch
    {
        null => DBNull.Value,
        Enum name => name.ToString(),
        bool truth => truth ? 1 : 0,
        DateTimeOffset time => time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture),
        _ => value,
    };

    public static bool TryTime(string text, out DateTimeOffset time) => DateTimeOffset.TryParseExact(
        text, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out time);
}
