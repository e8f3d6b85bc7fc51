using Agentworks.Errors;
using Agentworks.Platforms;
using Agentworks.Ports;

namespace Agentworks.Tests.Unit.Platforms;

public sealed class PlatformRegistryTests
{
    private readonly PlatformRegistry registry = new(new NothingInstalled(), TimeProvider.System);

    [Fact]
    public void PlatformsAreFoundByTheirNames()
    {
        Assert.Equal(["nspawn", "qemu", "ssh"], registry.All.Select(p => p.Name), StringComparer.Ordinal);
        Assert.All(registry.All, p => Assert.Same(p, registry.Get(p.Name)));
    }

    [Theory]
    [InlineData("lima")]
    [InlineData("wsl2")]
    [InlineData("azure")]
    [InlineData("proxmox")]
    public void AKnownNameIsNotTakenForAMistake(string name) => Assert.Throws<NotSupportedByPlatformException>(() => registry.Get(name));

    [Fact]
    public void AnUnknownNameIsAMistake() => Assert.Throws<InvalidRequestException>(() => registry.Get("nspwan"));

    [Fact]
    public async Task AComputerWithoutTheProgramsIsNotReadyAndIsToldWhatToInstall()
    {
        foreach (var platform in registry.All)
        {
            var readiness = await platform.CheckAsync(CancellationToken.None);

            Assert.False(readiness.Ready);
            Assert.NotNull(readiness.Recommendation);
        }
    }

    private sealed class NothingInstalled : IProcessRunner
    {
        public string? Find(string program) => null;

        public Task<ProcessResult> RunAsync(
            string fileName, IReadOnlyList<string> arguments, ProcessOptions? options, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("A check runs nothing.");
    }
}
