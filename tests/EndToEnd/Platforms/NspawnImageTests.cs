using Agentworks.Platforms.Nspawn;
using Agentworks.Tests.EndToEnd.Support;

namespace Agentworks.Tests.EndToEnd.Platforms;

/// <summary>What is in the image, and what must not be.</summary>
public sealed class NspawnImageTests(NspawnFixture fixture) : IClassFixture<NspawnFixture>
{
    private string Root => new NspawnImageStore(fixture.Processes, TimeProvider.System, fixture.Layout).RootOf(ImageInputs.Default().Key);

    [MachineFact]
    public void NothingThatMustDifferFromMachineToMachineIsInIt()
    {
        Assert.Empty(Directory.GetFiles(Path.Combine(Root, "etc/ssh"), "ssh_host_*"));
        Assert.Equal(0, new FileInfo(Path.Combine(Root, "etc/machine-id")).Length);
        Assert.False(File.Exists(Path.Combine(Root, "etc/resolv.conf")));
        Assert.False(File.Exists(Path.Combine(Root, "usr/sbin/policy-rc.d")));
    }

    [MachineFact]
    public async Task ItsPackagesAreListedWithTheirVersions()
    {
        var listed = (await File.ReadAllLinesAsync(Root + ".packages")).Select(l => l.Split(' ')).ToList();

        Assert.All(listed, l => Assert.True(l is [_, { Length: > 0 }]));
        Assert.Empty(ImageInputs.Default().Packages.Except(listed.Select(l => l[0]), StringComparer.Ordinal));
    }

    [MachineFact]
    public async Task NoOtherUserOfThisComputerCanReachIt()
    {
        var result = await fixture.Processes.RunAsync(
            "setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", "ls", Root], null, CancellationToken.None);

        Assert.False(result.Succeeded);
    }
}
