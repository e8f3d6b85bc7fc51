using System.Globalization;

namespace Agentworks.Toml;

/// <summary>Dates and times, from a token that is already cut out.</summary>
internal static class DateTimeParser
{
    /// <summary>2024-…: four digits and a hyphen; or 12:…: two digits and a colon.</summary>
    public static bool LooksLikeDateTime(string token) => LooksLikeDate(token) || LooksLikeTime(token);

    public static bool IsDate(string token) => token.Length == 10 && LooksLikeDate(token);

    /// <returns>Null and what is wrong with the token, when it is not valid.</returns>
    public static TomlDateTime? Parse(string token, out string problem)
    {
        problem = "is not a valid date or time; dates are written 2024-12-31, times 23:59:59.";
        if (LooksLikeTime(token))
        {
            return TryTime(token, out var end, out var time) && end == token.Length ? new TomlDateTime(null, time, null) : null;
        }

        if (!TryDate(token, out var date))
        {
            return null;
        }

        if (token.Length == 10)
        {
            return new TomlDateTime(date, null, null);
        }

        var clock = token[11..];
        if (token[10] is not ('T' or 't' or ' ') || !TryTime(clock, out var timeEnd, out var moment))
        {
            return null;
        }

        return TryOffset(clock[timeEnd..], out var offset) ? new TomlDateTime(date, moment, offset) : null;
    }

    private static bool LooksLikeDate(string token) => token.Length > 4 && token[4] == '-' && token.AsSpan(0, 4).IndexOfAnyExceptInRange('0', '9') < 0;

    private static bool LooksLikeTime(string token)
        => token.Length > 2 && token[2] == ':' && token.AsSpan(0, 2).IndexOfAnyExceptInRange('0', '9') < 0;

    private static bool TryDate(string token, out DateOnly date)
    {
        date = default;
        return token.Length >= 10
            && DateOnly.TryParseExact(token.AsSpan(0, 10), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out date);
    }

    private static bool TryTime(string text, out int end, out TimeOnly time)
    {
        end = 8;
        time = default;
        if (text.Length < end || !TimeOnly.TryParseExact(text.AsSpan(0, end), "HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out time))
        {
            return false;
        }

        if (text.Length == end || text[end] != '.')
        {
            return true;
        }

        var digits = text.AsSpan(end + 1);
        var count = digits.IndexOfAnyExceptInRange('0', '9');
        digits = count < 0 ? digits : digits[..count];
        end += 1 + digits.Length;

        // A tick is 100 ns, seven digits; what is finer is cut, never rounded.
        var ticks = digits[..Math.Min(digits.Length, 7)].ToString().PadRight(7, '0');
        time = time.Add(TimeSpan.FromTicks(long.Parse(ticks, NumberStyles.None, CultureInfo.InvariantCulture)));
        return digits.Length > 0;
    }

    private static bool TryOffset(string text, out TimeSpan? offset)
    {
        offset = null;
        switch (text)
        {
            case "":
                return true;
            case "Z" or "z":
                offset = TimeSpan.Zero;
                return true;
        }

        if (text[0] is not ('+' or '-') || !TimeOnly.TryParseExact(text.AsSpan(1), "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var distance))
        {
            return false;
        }

        offset = text[0] == '-' ? -distance.ToTimeSpan() : distance.ToTimeSpan();
        return true;
    }
}
