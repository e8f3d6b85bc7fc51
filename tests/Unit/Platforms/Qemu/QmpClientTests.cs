using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Agentworks.Errors;
using Agentworks.Platforms.Qemu;

namespace Agentworks.Tests.Unit.Platforms.Qemu;

/// <summary>The client against a peer that says what it is told to, on a real socket.</summary>
public sealed class QmpClientTests : IAsyncDisposable
{
    private const string Greeting = """{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}}, "capabilities": ["oob"]}}""";

    private readonly string path = Path.Combine(Path.GetTempPath(), "agw-qmp-" + Guid.NewGuid().ToString("N")[..8]);
    private readonly Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private Task peer = Task.CompletedTask;

    public QmpClientTests()
    {
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
    }

    [Fact]
    public async Task AnswersAreFoundByTheirNumberAndEventsBetweenThemAreKept()
    {
        Serve(
            Greeting,
            request => [$$"""{"return": {}, "id": "{{request}}"}"""],
            request =>
            [
                """{"timestamp": {"seconds": 1, "microseconds": 2}, "event": "STOP"}""",
                """{"return": "of another", "id": "other"}""",
                $$"""{"return": {"status": "paused"}, "id": "{{request}}"}""",
            ]);
        await using var client = await ConnectAsync();

        var answer = await client.ExecuteAsync("query-status", null, CancellationToken.None);

        Assert.Equal("paused", answer.GetProperty("status").GetString());
        Assert.Equal("STOP", (await client.WaitForAsync("STOP", CancellationToken.None)).GetProperty("event").GetString());
    }

    [Fact]
    public async Task ARefusalIsAnErrorWithQemusOwnWords()
    {
        Serve(
            Greeting,
            request => [$$"""{"return": {}, "id": "{{request}}"}"""],
            request => [$$$"""{"error": {"class": "GenericError", "desc": "no such node"}, "id": "{{{request}}}"}"""]);
        await using var client = await ConnectAsync();

        var error = await Assert.ThrowsAsync<PlatformException>(() => client.ExecuteAsync("blockdev-snapshot", new { node = "a" }, CancellationToken.None));

        Assert.Contains("no such node", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnAnswerInPiecesAndAnEndInTheMiddleAreUnderstood()
    {
        Serve(Greeting, request => [$$"""{"return": {}, "id": "{{request}}"}"""], _ => ["""{"return": {"""]);
        await using var client = await ConnectAsync();

        await Assert.ThrowsAsync<PlatformException>(() => client.ExecuteAsync("query-status", null, CancellationToken.None));
    }

    [Fact]
    public async Task WhatIsNotQemuOrSaysNothingIsRefused()
    {
        Serve("""{"hello": 1}""");
        await Assert.ThrowsAsync<PlatformException>(ConnectAsync);

        // Accepts, and never speaks: as QEMU does while it serves another.
        peer = Task.CompletedTask;
        await Assert.ThrowsAsync<PlatformException>(() => QmpClient.ConnectAsync(path, TimeSpan.FromMilliseconds(50), TimeProvider.System, CancellationToken.None));
        await Assert.ThrowsAsync<PlatformException>(
            () => QmpClient.ConnectAsync(path + "-none", TimeSpan.FromSeconds(5), TimeProvider.System, CancellationToken.None));
    }

    public async ValueTask DisposeAsync()
    {
        await peer;
        listener.Dispose();
        File.Delete(path);
    }

    private Task<QmpClient> ConnectAsync() => QmpClient.ConnectAsync(path, TimeSpan.FromSeconds(10), TimeProvider.System, CancellationToken.None);

    private void Serve(string greeting, params Func<string, string[]>[] answers) => peer = Task.Run(async () =>
    {
        using var socket = await listener.AcceptAsync();
        await using var stream = new NetworkStream(socket);
        using var reader = new StreamReader(stream);
        await SendAsync(stream, greeting);
        foreach (var answer in answers)
        {
            using var request = JsonDocument.Parse((await reader.ReadLineAsync())!);
            foreach (var line in answer(request.RootElement.GetProperty("id").GetString()!))
            {
                await SendAsync(stream, line);
            }
        }
    });

    // Byte by byte where it is short, so that nothing depends on how lines arrive.
    private static async Task SendAsync(Stream stream, string line)
    {
        var bytes = Encoding.UTF8.GetBytes(line.EndsWith('}') ? line + "\r\n" : line);
        await stream.WriteAsync(bytes.AsMemory(0, bytes.Length / 2));
        await stream.FlushAsync();
        await stream.WriteAsync(bytes.AsMemory(bytes.Length / 2));
    }
}
