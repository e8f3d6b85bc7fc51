using System.Globalization;

namespace Agentworks.Toml;

/// <summary>Integers and floats, from a token that is already cut out.</summary>
internal static class NumberParser
{
    private const string NotANumber = "is not a valid value; text needs quotes.";

    /// <returns>A <see cref="long"/> or a <see cref="double"/>; else null, and what is wrong with the token.</returns>
    public static object? Parse(string token, out string problem)
    {
        problem = NotANumber;
        var unsigned = token.Length > 0 && token[0] is '+' or '-' ? token[1..] : token;
        switch (unsigned)
        {
            case "inf":
                return token[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
            case "nan":
                return double.NaN;
            case ['0', 'x' or 'o' or 'b', ..]:
                return ParseWithBase(token, unsigned, ref problem);
        }

        if (unsigned.AsSpan().ContainsAny('.', 'e', 'E'))
        {
            return ParseFloat(token, unsigned, ref problem);
        }

        return ParseDecimal(token, unsigned, ref problem);
    }

    private static long? ParseWithBase(string token, string unsigned, ref string problem)
    {
        if (unsigned.Length != token.Length)
        {
            problem = "cannot have a sign: only decimal numbers can.";
            return null;
        }

        var (radix, isDigit) = token[1] switch
        {
            'x' => (16, char.IsAsciiHexDigit),
            'o' => (8, (Func<char, bool>)(c => c is >= '0' and <= '7')),
            _ => (2, c => c is '0' or '1'),
        };
        if (SkipDigits(token, 2, isDigit) != token.Length)
        {
            return null;
        }

        var value = 0L;
        foreach (var c in token.AsSpan(2))
        {
            if (c == '_')
            {
                continue;
            }

            if (value > long.MaxValue / radix)
            {
                problem = "does not fit in 64 bits.";
                return null;
            }

            // radix is a power of two, so that the largest quotient leaves room for every digit.
            value = (value * radix) + Convert.ToInt32(c.ToString(), 16);
        }

        return value;
    }

    private static long? ParseDecimal(string token, string unsigned, ref string problem)
    {
        if (SkipDigits(unsigned, 0, char.IsAsciiDigit) != unsigned.Length)
        {
            return null;
        }

        if (HasLeadingZero(unsigned))
        {
            problem = "has leading zeros.";
            return null;
        }

        if (long.TryParse(WithoutUnderscores(token), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
        {
            return value;
        }

        problem = "does not fit in 64 bits.";
        return null;
    }

    private static double? ParseFloat(string token, string unsigned, ref string problem)
    {
        var end = SkipDigits(unsigned, 0, char.IsAsciiDigit);
        if (end > 0 && end < unsigned.Length && unsigned[end] == '.')
        {
            end = SkipDigits(unsigned, end + 1, char.IsAsciiDigit);
        }

        if (end > 0 && end < unsigned.Length && unsigned[end] is 'e' or 'E')
        {
            var signed = end + 1 < unsigned.Length && unsigned[end + 1] is '+' or '-';
            end = SkipDigits(unsigned, end + (signed ? 2 : 1), char.IsAsciiDigit);
        }

        if (end != unsigned.Length)
        {
            return null;
        }

        if (HasLeadingZero(unsigned))
        {
            problem = "has leading zeros.";
            return null;
        }

        return double.Parse(WithoutUnderscores(token), NumberStyles.Float, CultureInfo.InvariantCulture);
    }

    /// <summary>Digits with single underscores between them, from <paramref name="start"/>.</summary>
    /// <returns>Where they end; -1 when there is none or an underscore stands wrong.</returns>
    private static int SkipDigits(string text, int start, Func<char, bool> isDigit)
    {
        var wantsDigit = true;
        var i = start;
        for (; i < text.Length; i++)
        {
            if (text[i] == '_' && !wantsDigit)
            {
                wantsDigit = true;
            }
            else if (isDigit(text[i]))
            {
                wantsDigit = false;
            }
            else
            {
                break;
            }
        }

        return wantsDigit ? -1 : i;
    }

    private static bool HasLeadingZero(string digits) => digits.Length > 1 && digits[0] == '0' && (char.IsAsciiDigit(digits[1]) || digits[1] == '_');

    private static string WithoutUnderscores(string token) => token.Replace("_", string.Empty, StringComparison.Ordinal);
}
