namespace Agentworks.Toml;

/// <summary>The types of TOML.</summary>
public enum TomlKind
{
    Table,
    Array,
    String,
    Integer,
    Float,
    Boolean,
    OffsetDateTime,
    LocalDateTime,
    LocalDate,
    LocalTime,
}
