using System.Globalization;
using System.Text.Json;
using Agentworks.Errors;

namespace Agentworks.Platforms.Qemu;

/// <summary>
/// Speaks QEMU's machine protocol: one command at a time, each answered under its number; what QEMU tells meanwhile is kept until it is asked for.
/// QEMU serves one client at a time, so a connection is to be short.
/// </summary>
internal sealed class QmpClient : IAsyncDisposable
{
    private readonly JsonLines lines;
    private readonly List<JsonElement> events = [];
    private int last;

    private QmpClient(JsonLines lines) => this.lines = lines;

    /// <exception cref="PlatformException">QEMU does not answer there within <paramref name="limit"/>.</exception>
    public static async Task<QmpClient> ConnectAsync(string socket, TimeSpan limit, TimeProvider clock, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(limit, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        var opened = await JsonLines.ConnectAsync(socket, both.Token).ConfigureAwait(false);
        var client = new QmpClient(opened);
        try
        {
            var greeting = await client.ReadAsync(both.Token).ConfigureAwait(false);
            if (!greeting.TryGetProperty("QMP", out _))
            {
                throw new PlatformException($"What answers at {socket} is not QEMU.") { Target = socket };
            }

            await client.ExecuteAsync("qmp_capabilities", null, both.Token).ConfigureAwait(false);
            return client;
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            await opened.DisposeAsync().ConfigureAwait(false);
            throw new PlatformException($"QEMU did not answer at {socket} within {limit.TotalSeconds:0} s.", e) { Target = socket };
        }
        catch
        {
            await opened.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <returns>What the command returns.</returns>
    /// <exception cref="PlatformException">QEMU refused it, or is gone.</exception>
    public async Task<JsonElement> ExecuteAsync(string command, object? arguments, CancellationToken cancellationToken)
    {
        var id = (++last).ToString(CultureInfo.InvariantCulture);
        var request = new Dictionary<string, object>(StringComparer.Ordinal) { ["execute"] = command, ["id"] = id };
        if (arguments is not null)
        {
            request["arguments"] = arguments;
        }

        await lines.SendAsync(JsonSerializer.Serialize(request), cancellationToken).ConfigureAwait(false);
        while (true)
        {
            var answer = await ReadAsync(cancellationToken).ConfigureAwait(false);
            if (answer.TryGetProperty("event", out _))
            {
                events.Add(answer);
            }
            else if (answer.TryGetProperty("id", out var of) && of.GetString() == id)
            {
                return answer.TryGetProperty("return", out var result) ? result
                    : throw new PlatformException($"QEMU refused '{command}': {answer.GetProperty("error").GetProperty("desc").GetString()}") { Target = command };
            }
        }
    }

    /// <summary>The next event of that name, told already or yet to come.</summary>
    public async Task<JsonElement> WaitForAsync(string name, CancellationToken cancellationToken)
    {
        while (true)
        {
            var index = events.FindIndex(e => e.GetProperty("event").GetString() == name);
            if (index >= 0)
            {
                var found = events[index];
                events.RemoveAt(index);
                return found;
            }

            var next = await ReadAsync(cancellationToken).ConfigureAwait(false);
            if (next.TryGetProperty("event", out _))
            {
                events.Add(next);
            }
        }
    }

    public ValueTask DisposeAsync() => lines.DisposeAsync();

    private async Task<JsonElement> ReadAsync(CancellationToken cancellationToken)
    {
        var line = await lines.ReadAsync(cancellationToken).ConfigureAwait(false) ?? throw new PlatformException("QEMU has ended.");
        try
        {
            using var document = JsonDocument.Parse(line);
            return document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw new PlatformException("QEMU sent what is not JSON.", e);
        }
    }
}
