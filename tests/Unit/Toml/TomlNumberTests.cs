namespace Agentworks.Tests.Unit.Toml;

public sealed class TomlNumberTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("+0", 0)]
    [InlineData("-0", 0)]
    [InlineData("+99", 99)]
    [InlineData("-17", -17)]
    [InlineData("1_000", 1000)]
    [InlineData("1_2_3_4_5", 12345)]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("-9223372036854775808", long.MinValue)]
    [InlineData("0xDEADBEEF", 0xDEADBEEF)]
    [InlineData("0xdead_beef", 0xDEADBEEF)]
    [InlineData("0x7fffffffffffffff", long.MaxValue)]
    [InlineData("0o0755", 493)]
    [InlineData("0o777777777777777777777", long.MaxValue)]
    [InlineData("0b1101_0110", 0b11010110)]
    public void Integers(string written, long value) => Assert.Equal(value, TomlTestExtensions.Read("k = " + written).Value<long>("k"));

    [Theory]
    [InlineData("+1.0", 1.0)]
    [InlineData("-0.01", -0.01)]
    [InlineData("5e+22", 5e22)]
    [InlineData("1e06", 1e6)]
    [InlineData("-2E-2", -0.02)]
    [InlineData("6.626e-34", 6.626e-34)]
    [InlineData("224_617.445_991_228", 224617.445991228)]
    [InlineData("0e0", 0.0)]
    [InlineData("inf", double.PositiveInfinity)]
    [InlineData("+inf", double.PositiveInfinity)]
    [InlineData("-inf", double.NegativeInfinity)]
    [InlineData("nan", double.NaN)]
    [InlineData("-nan", double.NaN)]
    public void Floats(string written, double value) => Assert.Equal(value, TomlTestExtensions.Read("k = " + written).Value<double>("k"));

    [Fact]
    public void Minus_zero_keeps_its_sign() => Assert.True(double.IsNegative(TomlTestExtensions.Read("k = -0.0").Value<double>("k")));

    [Theory]
    [InlineData("true", true)]
    [InlineData("false", false)]
    public void Booleans(string written, bool value) => Assert.Equal(value, TomlTestExtensions.Read("k = " + written).Value<bool>("k"));

    [Theory]
    [InlineData("01")]
    [InlineData("-01")]
    [InlineData("0_1")]
    [InlineData("_1")]
    [InlineData("1_")]
    [InlineData("1__2")]
    [InlineData("++1")]
    [InlineData("+")]
    [InlineData("9223372036854775808")]
    [InlineData("-9223372036854775809")]
    [InlineData("0x")]
    [InlineData("0xG")]
    [InlineData("0x_1")]
    [InlineData("0X1")]
    [InlineData("+0x1")]
    [InlineData("0o8")]
    [InlineData("0b2")]
    [InlineData("0x8000000000000000")]
    [InlineData("0b1111111111111111111111111111111111111111111111111111111111111111")]
    [InlineData(".5")]
    [InlineData("5.")]
    [InlineData("1.e5")]
    [InlineData("1e")]
    [InlineData("1e+")]
    [InlineData("1e1.5")]
    [InlineData("1._5")]
    [InlineData("1_.5")]
    [InlineData("01.5")]
    [InlineData("1.2.3")]
    [InlineData("Inf")]
    [InlineData("NaN")]
    [InlineData("True")]
    [InlineData("yes")]
    [InlineData("$HOME")]
    [InlineData("")]
    [InlineData("# nothing")]
    public void What_is_no_value_is_refused_where_it_stands(string written)
    {
        var error = TomlTestExtensions.Refuse($"[t]\nk = {written}");

        Assert.Equal((2, 5, "t.k"), (error.Line, error.Column, error.Key));
    }
}
