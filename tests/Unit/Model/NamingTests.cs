using Agentworks.Errors;
using Agentworks.Model;

namespace Agentworks.Tests.Unit.Model;

public sealed class NamingTests
{
    [Theory]
    [InlineData(EntityKind.Vm, "a")]
    [InlineData(EntityKind.Vm, "0")]
    [InlineData(EntityKind.Vm, "dev-1")]
    [InlineData(EntityKind.Session, "my_session")]
    [InlineData(EntityKind.Agent, "abcdefghijklmnopqrstuvwxyz12")]
    [InlineData(EntityKind.Session, "abcdefghijklmnopqrstuvwxyz1234")]
    public void GoodNamesPass(string kind, string name) => Naming.Validate(kind, name);

    [Theory]
    [InlineData(EntityKind.Vm, "")]
    [InlineData(EntityKind.Vm, "-a")]
    [InlineData(EntityKind.Vm, "a-")]
    [InlineData(EntityKind.Vm, "a--b")]
    [InlineData(EntityKind.Vm, "A")]
    [InlineData(EntityKind.Vm, "a_b")]
    [InlineData(EntityKind.Session, "a.b")]
    [InlineData(EntityKind.Session, "a b")]
    [InlineData(EntityKind.Session, "a/b")]
    [InlineData(EntityKind.Session, "a\nb")]
    [InlineData(EntityKind.Session, "а")]
    [InlineData(EntityKind.Session, "$(id)")]
    [InlineData(EntityKind.Agent, "abcdefghijklmnopqrstuvwxyz123")]
    [InlineData(EntityKind.Workspace, "abcdefghijklmnopqrstuvwxyz123")]
    [InlineData(EntityKind.Vm, "abcdefghijklmnopqrstuvwxyz12345")]
    public void OthersAreRefusedAndTheMessageIsSafeToShow(string kind, string name)
    {
        var refused = Assert.Throws<InvalidNameException>(() => Naming.Validate(kind, name));
        Assert.DoesNotContain(refused.Message, char.IsControl);
        Assert.NotNull(refused.Recommendation);
    }

    [Fact]
    public void AnEnormousNameIsNotRepeatedInFull() =>
        Assert.True(Assert.Throws<InvalidNameException>(() => Naming.Validate(EntityKind.Vm, new string('x', 1 << 20))).Message.Length < 300);

    [Theory]
    [InlineData("agentworks")]
    [InlineData("_svc-1")]
    public void GoodUsersPass(string name) => Naming.ValidateUser(name);

    [Theory]
    [InlineData("")]
    [InlineData("-x")]
    [InlineData("Root")]
    [InlineData("a b")]
    [InlineData("a\nALL ALL=(ALL) NOPASSWD: ALL")]
    [InlineData("abcdefghijklmnopqrstuvwxyz1234567")]
    public void OtherUsersAreRefused(string name) => Assert.Throws<InvalidNameException>(() => Naming.ValidateUser(name));
}
