using System.Security.Cryptography;
using System.Text.Json;
using Agentworks.Errors;

namespace Agentworks.Platforms.Qemu;

/// <summary>
/// Asks the agent inside a machine for what only it can do: make its file systems still, set its clock, shut down. It is the machine's root
/// who answers, so nothing here is trusted, and every wait is bounded.
/// </summary>
internal sealed class GuestAgent(QemuPaths paths, TimeProvider clock)
{
    /// <summary>Has everything written to the disk and keeps it so until <see cref="ThawAsync"/>.</summary>
    public Task FreezeAsync(TimeSpan limit, CancellationToken cancellationToken) => AskAsync("guest-fsfreeze-freeze", null, limit, cancellationToken);

    public Task ThawAsync(TimeSpan limit, CancellationToken cancellationToken) => AskAsync("guest-fsfreeze-thaw", null, limit, cancellationToken);

    /// <summary>Its clock stood still while its processors did.</summary>
    public Task SetTimeAsync(TimeSpan limit, CancellationToken cancellationToken) =>
        AskAsync("guest-set-time", () => new { time = (clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100 }, limit, cancellationToken);

    /// <summary>Begins an orderly shutdown.</summary>
    public Task PowerDownAsync(TimeSpan limit, CancellationToken cancellationToken) =>
        AskAsync("guest-shutdown", () => new { mode = "powerdown" }, limit, cancellationToken, answers: false);

    private async Task AskAsync(string command, Func<object>? arguments, TimeSpan limit, CancellationToken cancellationToken, bool answers = true)
    {
        using var timer = new CancellationTokenSource(limit, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            var lines = await JsonLines.ConnectAsync(paths.Guest, both.Token).ConfigureAwait(false);
            await using var _ = lines.ConfigureAwait(false);
            var number = RandomNumberGenerator.GetInt32(1, int.MaxValue);

            // What an earlier client left unread comes first; the agent does not say what it answers.
            await SendAsync(lines, "guest-sync", new { id = number }, both.Token).ConfigureAwait(false);
            while (!IsAnswer(await ReadAsync(lines, both.Token).ConfigureAwait(false), number))
            {
            }

            await SendAsync(lines, command, arguments?.Invoke(), both.Token).ConfigureAwait(false);
            if (answers && (await ReadAsync(lines, both.Token).ConfigureAwait(false)) is { ValueKind: JsonValueKind.Object } answer
                && answer.TryGetProperty("error", out var error))
            {
                throw new PlatformException($"The machine's agent refused '{command}': {error}") { Target = paths.Id };
            }
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new PlatformException($"The machine's agent did not answer '{command}' within {limit.TotalSeconds:0} s.", e) { Target = paths.Id };
        }
    }

    private static Task SendAsync(JsonLines lines, string command, object? arguments, CancellationToken cancellationToken) => lines.SendAsync(
        JsonSerializer.Serialize(arguments is null ? new { execute = command } : (object)new { execute = command, arguments }), cancellationToken);

    private async Task<JsonElement> ReadAsync(JsonLines lines, CancellationToken cancellationToken)
    {
        var line = await lines.ReadAsync(cancellationToken).ConfigureAwait(false) ?? throw new PlatformException("QEMU has ended.") { Target = paths.Id };
        try
        {
            using var document = JsonDocument.Parse(line);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            // The rest of something that was cut off.
            return default;
        }
    }

    private static bool IsAnswer(JsonElement answer, int number) =>
        answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty("return", out var value) && value.ValueKind == JsonValueKind.Number
        && value.TryGetInt32(out var given) && given == number;
}
