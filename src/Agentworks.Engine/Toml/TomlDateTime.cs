using System.Globalization;

namespace Agentworks.Toml;

/// <summary>
/// The four date-time types of TOML in one: an offset date-time has all three parts, a local one no offset, a local date and a local
/// time only themselves. The offset may be up to 23:59, more than <see cref="DateTimeOffset"/> can hold.
/// </summary>
public sealed record TomlDateTime(DateOnly? Date, TimeOnly? Time, TimeSpan? Offset)
{
    public TomlKind Kind => this switch
    {
        { Offset: not null } => TomlKind.OffsetDateTime,
        { Date: not null, Time: not null } => TomlKind.LocalDateTime,
        { Date: not null } => TomlKind.LocalDate,
        _ => TomlKind.LocalTime,
    };

    /// <summary>In the form of RFC 3339, the fraction without trailing zeros.</summary>
    public override string ToString()
    {
        var date = Date?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var time = Time?.ToString("HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture);
        var offset = Offset switch
        {
            null => string.Empty,
            { Ticks: 0 } => "Z",
            { } o => (o < TimeSpan.Zero ? "-" : "+") + o.ToString(@"hh\:mm", CultureInfo.InvariantCulture),
        };
        return (date is null || time is null ? date + time : date + "T" + time) + offset;
    }
}
