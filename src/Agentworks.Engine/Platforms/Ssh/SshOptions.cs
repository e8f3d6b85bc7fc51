using System.Globalization;
using Agentworks.Errors;

namespace Agentworks.Platforms.Ssh;

/// <summary>An existing machine's address, as the operator gave it.</summary>
/// <param name="Host">An address, a name, or an alias from the operator's own ssh configuration.</param>
/// <param name="Port">Null: as that configuration says, else 22.</param>
/// <param name="User">Who logs in first; null: as that configuration says.</param>
/// <param name="Key">A private key file for the first login; null: the operator's agent and default keys.</param>
/// <param name="AcceptNew">Whether the host key seen now is trusted.</param>
public sealed record SshOptions(string Host, int? Port, string? User, string? Key, bool AcceptNew)
{
    private static readonly string[] Known = ["host", "port", "user", "key", "accept-new"];

    /// <exception cref="InvalidRequestException">An option is missing, unknown or cannot be.</exception>
    public static SshOptions From(MachineSpec spec)
    {
        var options = spec.Options;
        if (options.Keys.FirstOrDefault(k => !Known.Contains(k, StringComparer.Ordinal)) is { } unknown)
        {
            throw Invalid(spec, $"The platform ssh has no option '{unknown}'; it has {string.Join(", ", Known)}.");
        }

        var host = options.GetValueOrDefault("host") ?? throw Invalid(spec, "The platform ssh needs the option 'host'.");
        var user = options.GetValueOrDefault("user");
        if (!IsWord(host) || (user is not null && !IsWord(user)))
        {
            throw Invalid(spec, "'host' and 'user' must not be empty, begin with '-', or hold spaces, '@', quotes or control characters.");
        }

        return new SshOptions(host, ParsePort(spec), user, options.GetValueOrDefault("key"), ParseSwitch(spec));
    }

    // They become arguments of ssh and parts of its configuration.
    private static bool IsWord(string text) =>
        text.Length is > 0 and <= 255 && text[0] != '-' && !text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || "@'\"\\`$;&|<>(){}%,/".Contains(c, StringComparison.Ordinal));

    private static int? ParsePort(MachineSpec spec)
    {
        if (!spec.Options.TryGetValue("port", out var text))
        {
            return null;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65536
            ? port
            : throw Invalid(spec, "'port' must be a number from 1 to 65535.");
    }

    private static bool ParseSwitch(MachineSpec spec) => spec.Options.GetValueOrDefault("accept-new", "false") switch
    {
        "true" => true,
        "false" => false,
        _ => throw Invalid(spec, "'accept-new' must be true or false."),
    };

    private static InvalidRequestException Invalid(MachineSpec spec, string message) => new(message) { Target = spec.Name };
}
