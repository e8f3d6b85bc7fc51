using Agentworks.Agents;
using Agentworks.Events;
using Agentworks.Files;
using Agentworks.Model;
using Agentworks.Tests.EndToEnd.Support;
using Agentworks.Workspaces;

namespace Agentworks.Tests.EndToEnd.Files;

/// <summary>A workspace with an agent, and beside it on the same machine a folder that everybody may write to and that nothing may touch.</summary>
public abstract class FileGroundTests(MachineFixture machine, string workspace) : IAsyncLifetime
{
    protected const string Outside = "/srv/outside";
    protected static readonly NullEventSink Quiet = NullEventSink.Instance;

    protected FilePlace Place { get; } = new(workspace);
    protected string Agent { get; } = "of-" + workspace;
    protected string Root { get; } = "/opt/agentworks/workspaces/" + workspace;
    protected FileService Files => Machine.Engine.Files;
    protected MachineFixture Machine { get; } = machine;
    protected string Local { get; } = Directory.CreateTempSubdirectory("agw-files-").FullName;

    public async Task InitializeAsync()
    {
        if (new MachineFactAttribute().Skip is not null)
        {
            return;
        }

        await Machine.Engine.Workspaces.CreateAsync(new NewWorkspace { Name = workspace }, Quiet, CancellationToken.None);
        await Machine.Engine.Agents.CreateAsync(new NewAgent { Name = Agent, Workspaces = [workspace] }, Quiet, CancellationToken.None);
        await RootAsync($"rm -rf {Outside} && mkdir -p {Outside}/sub && printf secret > {Outside}/secret && printf secret > {Outside}/sub/secret && chmod -R 0777 {Outside}");
    }

    public async Task DisposeAsync()
    {
        Directory.Delete(Local, recursive: true);
        if (new MachineFactAttribute().Skip is not null)
        {
            return;
        }

        await Machine.Engine.Agents.RemoveAsync(Agent, cascade: true, Quiet, CancellationToken.None);
        await Machine.Engine.Workspaces.RemoveAsync(workspace, cascade: true, Quiet, CancellationToken.None);
        await RootAsync($"rm -rf {Outside}");
    }

    protected async Task RootAsync(string line)
    {
        var result = await Machine.RootAsync(line);
        Assert.True(result.ExitCode == 0, result.ErrorOutput);
    }

    protected async Task<string> RunAsync(string line, string? agent = null)
    {
        var result = await Machine.RunAsync(line, agent, workspace);
        Assert.True(result.ExitCode == 0, result.ErrorOutput);
        return result.Output;
    }

    /// <summary>What is outside is as it was.</summary>
    protected async Task NothingOutsideChangedAsync() =>
        Assert.Equal("secret /srv/outside/secret\nsecret /srv/outside/sub/secret\n", (await Machine.RootAsync(
            $"cd /; find {Outside} -type f -o -type l -o -type p | sort | while read -r f; do echo \"$(cat \"$f\") $f\"; done")).Output);

    protected Task<AgwFile> WriteAsync(string path, string text, Func<WriteFile, WriteFile>? how = null, FilePlace? place = null)
    {
        var request = new WriteFile { Path = path };
        return Files.WriteAsync(place ?? Place, how is null ? request : how(request), new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text)), CancellationToken.None);
    }

    protected async Task<string> ReadAsync(string path, FilePlace? place = null) =>
        System.Text.Encoding.UTF8.GetString((await Files.ReadAllAsync(place ?? Place, new ReadFile(path), CancellationToken.None)).Bytes);

    protected async Task<IReadOnlyList<BatchOutcome<AgwFile>>> ListAsync(ListFiles request, FilePlace? place = null)
    {
        var all = new List<BatchOutcome<AgwFile>>();
        await foreach (var outcome in Files.ListAsync(place ?? Place, request, CancellationToken.None))
        {
            all.Add(outcome);
        }

        return all;
    }
}
