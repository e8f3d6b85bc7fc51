using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Agentworks.Network;

/// <summary>
/// What <c>tailscale status --json</c> says of the computer that it runs on. The fields are those of Tailscale's published ipnstate.Status;
/// everything but BackendState may be missing.
/// </summary>
/// <param name="BackendState">NoState, NeedsLogin, NeedsMachineAuth, Stopped, Starting or Running.</param>
/// <param name="Address">Its IPv4 address in the tailnet, which is always in 100.64.0.0/10; null when it has none.</param>
/// <param name="DnsName">Its full name there, without the final dot; null when it has none.</param>
/// <param name="Tags">Its ACL tags.</param>
public sealed record TailscaleStatus(string BackendState, IPAddress? Address, string? DnsName, IReadOnlyList<string> Tags)
{
    public bool IsRunning => BackendState == "Running";

    /// <exception cref="FormatException">It is nothing of the kind.</exception>
    public static TailscaleStatus Parse(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            var self = Member(root, "Self");
            return Text(Member(root, "BackendState")) is { Length: > 0 and <= 40 } state && state.All(char.IsAsciiLetter)
                ? new TailscaleStatus(
                    state,
                    Texts(Member(self, "TailscaleIPs")).Select(ToTailnet).FirstOrDefault(address => address is not null),
                    Text(Member(self, "DNSName"))?.TrimEnd('.') is { Length: > 0 and <= 253 } name && name.All(IsNamePart) ? name : null,
                    [.. Texts(Member(self, "Tags"))])
                : throw new FormatException("There is no BackendState.");
        }
        catch (JsonException e)
        {
            throw new FormatException("It is not JSON: " + e.Message, e);
        }
    }

    /// <summary>The address when it is one that Tailscale gives to machines, over IPv4; null for anything else.</summary>
    public static IPAddress? ToTailnet(string text) =>
        IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetwork && address.ToString() == text
        && address.GetAddressBytes() is [100, >= 64 and <= 127, ..]
            ? address
            : null;

    private static bool IsNamePart(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '.';

    private static JsonElement? Member(JsonElement? parent, string name) =>
        parent is { ValueKind: JsonValueKind.Object } found && found.TryGetProperty(name, out var value) ? value : null;

    private static string? Text(JsonElement? value) => value is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private static IEnumerable<string> Texts(JsonElement? value) =>
        value is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray().Select(item => Text(item)).OfType<string>().ToList() : [];
}
