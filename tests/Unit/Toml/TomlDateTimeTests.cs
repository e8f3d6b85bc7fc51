using Agentworks.Toml;

namespace Agentworks.Tests.Unit.Toml;

public sealed class TomlDateTimeTests
{
    [Theory]
    [InlineData("1979-05-27T07:32:00Z", TomlKind.OffsetDateTime, "1979-05-27T07:32:00Z")]
    [InlineData("1979-05-27t07:32:00z", TomlKind.OffsetDateTime, "1979-05-27T07:32:00Z")]
    [InlineData("1979-05-27 07:32:00-07:30", TomlKind.OffsetDateTime, "1979-05-27T07:32:00-07:30")]
    [InlineData("1979-05-27T00:32:00.999999+23:59", TomlKind.OffsetDateTime, "1979-05-27T00:32:00.999999+23:59")]
    [InlineData("1979-05-27T07:32:00", TomlKind.LocalDateTime, "1979-05-27T07:32:00")]
    [InlineData("1979-05-27 07:32:00.5", TomlKind.LocalDateTime, "1979-05-27T07:32:00.5")]
    [InlineData("2024-02-29", TomlKind.LocalDate, "2024-02-29")]
    [InlineData("0001-01-01", TomlKind.LocalDate, "0001-01-01")]
    [InlineData("9999-12-31", TomlKind.LocalDate, "9999-12-31")]
    [InlineData("07:32:00", TomlKind.LocalTime, "07:32:00")]
    [InlineData("23:59:59.1234567999", TomlKind.LocalTime, "23:59:59.1234567")]
    public void The_four_kinds(string written, TomlKind kind, string value)
    {
        var node = TomlTestExtensions.Read("k = " + written + "  # comment").At("k");

        Assert.Equal(kind, node.Kind);
        Assert.Equal(value, Assert.IsType<TomlScalar<TomlDateTime>>(node).Value.ToString());
    }

    [Theory]
    [InlineData("2023-02-29")]
    [InlineData("2023-13-01")]
    [InlineData("2023-00-01")]
    [InlineData("2023-1-1")]
    [InlineData("10000-01-01")]
    [InlineData("2023-01-01T")]
    [InlineData("2023-01-01T07:32")]
    [InlineData("2023-01-01T24:00:00")]
    [InlineData("2023-01-01T07:60:00")]
    [InlineData("2023-01-01T07:32:61")]
    [InlineData("2023-01-01T07:32:00.")]
    [InlineData("2023-01-01T07:32:00+24:00")]
    [InlineData("2023-01-01T07:32:00+01:60")]
    [InlineData("2023-01-01T07:32:00+01")]
    [InlineData("2023-01-01T07:32:00ZZ")]
    [InlineData("2023-01-01_07:32:00")]
    [InlineData("07:32")]
    [InlineData("7:32:00")]
    [InlineData("07:32:00Z")]
    [InlineData("07:32:00.")]
    public void Moments_that_do_not_exist_are_refused(string written)
    {
        var error = TomlTestExtensions.Refuse("k = " + written);

        Assert.Equal((1, 5, "k"), (error.Line, error.Column, error.Key));
    }
}
