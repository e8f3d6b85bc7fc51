using System.Globalization;
using Agentworks.Agents;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.Model;
using Agentworks.Sessions;
using Agentworks.Tests.EndToEnd.Support;
using Agentworks.Tests.Shared;
using Agentworks.Workspaces;

namespace Agentworks.Tests.EndToEnd;

/// <summary>The connection breaks after every frame while a session is made: it is made once, or not at all and that is known.</summary>
[Collection("machine")]
public sealed class CutTests(MachineFixture machine)
{
    private static readonly NullEventSink Quiet = NullEventSink.Instance;

    [MachineFact]
    public async Task ASessionIsNeverMadeTwice()
    {
        await machine.Engine.Workspaces.CreateAsync(new NewWorkspace { Name = "cut" }, Quiet, CancellationToken.None);
        await machine.Engine.Agents.CreateAsync(new NewAgent { Name = "cut", Workspaces = ["cut"] }, Quiet, CancellationToken.None);
        try
        {
            for (var frame = 1; frame <= 12; frame++)
            {
                await CutAfterAsync(frame);
            }
        }
        finally
        {
            await machine.Engine.Agents.RemoveAsync("cut", cascade: true, Quiet, CancellationToken.None);
            await machine.Engine.Workspaces.RemoveAsync("cut", cascade: true, Quiet, CancellationToken.None);
        }
    }

    private async Task CutAfterAsync(int frame)
    {
        await machine.RunAsync("rm -f began", workspace: "cut");
        var once = Path.Combine(machine.Home, "cut-once");
        await File.WriteAllTextAsync(once, string.Empty);
        var host = Path.Combine(AppContext.BaseDirectory, "Agentworks.Tests.CrashHost.dll");
        var options = TestOptions.For(machine.Home) with
        {
            Connect = command => command with
            {
                FileName = "dotnet",
                Arguments = ["exec", host, "cut", frame.ToString(CultureInfo.InvariantCulture), once, command.FileName, .. command.Arguments],
            },
        };
        await using var engine = AgentworksEngine.Open(options);
        var made = false;
        try
        {
            var session = await engine.Sessions.CreateAsync(
                new NewSession { Name = "cut", Workspace = "cut", Agent = "cut", Command = "echo began >> began; exec sleep 1000" }, Quiet, CancellationToken.None);
            Assert.Equal(SessionStatus.Running, session.Status);
            made = true;
        }
        catch (ConnectionFailedException)
        {
            // It says that nothing happened; that is checked below.
        }

        if (made)
        {
            await Eventually.BecomesAsync(async () => (await machine.RunAsync("test -s began", workspace: "cut")).ExitCode == 0, "the command has begun");
            Assert.Equal("began\n", (await machine.RunAsync("cat began", workspace: "cut")).Output);

            // It has said so before it became sleep.
            var sleeping = string.Empty;
            await Eventually.BecomesAsync(async () => (sleeping = (await machine.RootAsync("pgrep -u agt-cut -xc sleep")).Output) != "0\n", "the command sleeps");
            Assert.Equal("1\n", sleeping);
            await machine.RemoveSessionsAsync("cut");
        }
        else
        {
            Assert.DoesNotContain(machine.Engine.Sessions.List(), session => session.Name == "cut");
            Assert.NotEqual(0, (await machine.RunAsync("cat began", workspace: "cut")).ExitCode);
        }
    }
}
