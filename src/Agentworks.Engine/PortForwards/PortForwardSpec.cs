using System.Globalization;
using Agentworks.Errors;

namespace Agentworks.PortForwards;

/// <summary>Which port leads to which. <paramref name="LocalPort"/> null: the same number when it is free, else any free one; 0: any free one.</summary>
public sealed record PortForwardSpec(int? LocalPort, int RemotePort)
{
    /// <summary>Ports below are the system's own: one is neither chosen nor taken.</summary>
    public const int FirstLocalPort = 1024;

    /// <summary>Reads <c>REMOTE</c> or <c>LOCAL:REMOTE</c>, each 1 to 65535.</summary>
    /// <exception cref="InvalidRequestException">It is neither; says which part is wrong.</exception>
    public static PortForwardSpec Parse(string text) => text.Split(':') switch
    {
        [var remote] => new PortForwardSpec(null, Port(remote, text)),
        [var local, var remote] => new PortForwardSpec(Port(local, text), Port(remote, text)),
        _ => throw new InvalidRequestException($"'{text}' names no ports.")
        {
            Target = text,
            Recommendation = "Write REMOTE, such as 3000, or LOCAL:REMOTE, such as 8080:80.",
        },
    };

    private static int Port(string digits, string text) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65535
            ? port
            : throw new InvalidRequestException(digits == text ? $"'{digits}' is no port: it must be a number from 1 to 65535." : $"In '{text}', '{digits}' is no port: it must be a number from 1 to 65535.")
            {
                Target = text,
                Recommendation = "Write REMOTE, such as 3000, or LOCAL:REMOTE, such as 8080:80.",
            };
}
