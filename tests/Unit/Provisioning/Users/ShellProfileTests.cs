using Agentworks.Ports;
using Agentworks.Provisioning.Users;

namespace Agentworks.Tests.Unit.Provisioning.Users;

/// <summary>The file that sets PATH, read by this computer's shell.</summary>
public sealed class ShellProfileTests
{
    [Fact]
    public async Task TheLastFolderWinsAndNoneIsAddedTwice()
    {
        var profile = ShellFilesStep.Profile(["~/a b", "/opt/$x`\"", "~/c"]);
        var result = await new ProcessRunner().RunAsync("/bin/sh", ["-c", $"HOME=/h; PATH=/usr/bin\n{profile}{profile}echo \"$PATH\""], null, CancellationToken.None);
        Assert.Equal("/h/c:/opt/$x`\":/h/a b:/usr/bin\n", result.Output);
    }

    [Fact]
    public void NothingToSayMakesNoFile() => Assert.Equal(string.Empty, ShellFilesStep.Profile([]));
}
