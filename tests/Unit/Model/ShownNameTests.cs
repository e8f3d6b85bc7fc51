using Agentworks.Errors;
using Agentworks.Model;

namespace Agentworks.Tests.Unit.Model;

public sealed class ShownNameTests
{
    [Fact]
    public void A_very_long_name_is_whole_in_the_target_only()
    {
        var name = new string('x', 1_000_000);
        var invalid = Assert.Throws<InvalidNameException>(() => Naming.Validate(EntityKind.Session, name));
        AgentworksException[] failures =
        [
            invalid,
            new NotFoundException(EntityKind.Session, name) { Target = name },
            new AlreadyExistsException(EntityKind.Session, name) { Target = name },
        ];
        Assert.All(failures, failure =>
        {
            Assert.InRange(failure.Message.Length, 1, 200);
            Assert.Equal(name, failure.Target);
        });
    }

    [Fact]
    public void No_character_is_cut_in_two_and_no_control_shown() =>
        Assert.All(
            Enumerable.Range(ShownName.Limit - 2, 4).Select(length => ShownName.Of(new string('x', length) + "\U0001F600\u001b[2Jyyyyyyyy")),
            shown => Assert.DoesNotContain(shown, c => char.IsControl(c) || (char.IsHighSurrogate(c) && !shown.Contains("\U0001F600", StringComparison.Ordinal))));
}
