using Agentworks.Events;
using Agentworks.Workspaces;

namespace Agentworks.Tests.Unit.Workspaces;

public sealed class GitProgressTests
{
    [Fact]
    public void PercentagesAreProgressAndTheRestIsKept()
    {
        var sink = new Sink();
        var progress = new GitProgress("w", sink);
        progress.Feed("Cloning into '.'...\nremote: Counting objects:  50% (1/2)\rRecei"u8);
        progress.Feed("ving objects: 100% (3/3), done.\nfatal: no\n"u8);
        Assert.Equal([new ProgressEvent("w", "Counting objects", 50), new ProgressEvent("w", "Receiving objects", 100)], sink.Events);
        Assert.Equal($"Cloning into '.'...{Environment.NewLine}fatal: no", progress.Said);
    }

    private sealed class Sink : IEventSink
    {
        public List<EngineEvent> Events { get; } = [];

        public void Report(EngineEvent engineEvent) => Events.Add(engineEvent);
    }
}
