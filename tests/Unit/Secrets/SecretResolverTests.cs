using Agentworks.Errors;
using Agentworks.Ports;
using Agentworks.Secrets;

namespace Agentworks.Tests.Unit.Secrets;

public sealed class SecretResolverTests
{
    [Fact]
    public async Task AllThatIsMissingIsNamedAtOnce()
    {
        var resolver = new SecretResolver(new Kept(("B", "b")));
        var error = await Assert.ThrowsAsync<SecretMissingException>(() => resolver.ResolveAsync([new("A", "for X"), new("B", "for Y"), new("C", "for Z")], "thing", CancellationToken.None));
        Assert.All(new[] { "A", "C", "for X", "for Z" }, part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
        Assert.DoesNotContain("for Y", error.Message, StringComparison.Ordinal);
        Assert.All(new[] { "Set-Secret A", "Set-Secret C", "$env:A", "$env:C" }, way => Assert.Contains(way, error.Recommendation!, StringComparison.Ordinal));
    }

    [Fact]
    public async Task OnlyWhatIsKeptNowhereIsAskedFor()
    {
        var source = new Kept(("A", "a")) { Answer = "typed" };
        var found = await new SecretResolver(source).ResolveAsync([new("A", "for X"), new("B", "for Y"), new("B", "for Z")], "thing", CancellationToken.None);
        Assert.Equal(("a", "typed", "B"), (found["A"], found["B"], string.Join(' ', source.Asked)));
    }

    private sealed class Kept(params (string Name, string Value)[] values) : ISecretSource
    {
        public string? Answer { get; init; }

        public List<string> Asked { get; } = [];

        public Task<string?> FindAsync(string name, CancellationToken cancellationToken) => Task.FromResult(values.FirstOrDefault(one => one.Name == name).Value)!;

        public Task<string?> AskAsync(string name, string purpose, CancellationToken cancellationToken)
        {
            Asked.Add(name);
            return Task.FromResult(Answer);
        }
    }
}
