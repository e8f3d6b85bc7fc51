namespace Agentworks.Tests.EndToEnd.Platforms;

public sealed class NspawnPlatformTests(NspawnFixture fixture) : IClassFixture<NspawnFixture>
{
    [Fact]
    public async Task AMachineBootsAndItsShellIsItsOwnRoot()
    {
        var machine = await fixture.StartNewAsync("boot");

        Assert.Equal("running", await fixture.ReadAsync(machine, "systemctl is-system-running --wait"));
        Assert.Equal(machine.Spec.HostName, await fixture.ReadAsync(machine, "hostname"));
        Assert.Equal("0 / /root", await fixture.ReadAsync(machine, "echo $(id -u) $(pwd) $HOME"));
    }
}
