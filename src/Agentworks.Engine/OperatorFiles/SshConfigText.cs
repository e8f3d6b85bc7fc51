using System.Globalization;
using System.Text;
using Agentworks.Errors;

namespace Agentworks.OperatorFiles;

/// <summary>Machines as text of ssh's configuration.</summary>
/// <param name="identityFile">The operator's private key.</param>
/// <param name="knownHostsFile">Where we pin host keys.</param>
/// <param name="userHome">What ~ means.</param>
public sealed class SshConfigText(string identityFile, string knownHostsFile, string userHome)
{
    /// <summary>Each line ends with a line feed. A machine's users come first, because ssh takes the first value that it meets.</summary>
    /// <exception cref="InvalidRequestException">A path cannot be said in ssh's configuration.</exception>
    public string Render(IEnumerable<SshConfigHost> hosts)
    {
        var text = new StringBuilder();
        foreach (var host in hosts)
        {
            foreach (var (_, user) in host.Agents)
            {
                text.Append(CultureInfo.InvariantCulture, $"\nHost {host.AliasOf(user)}\n    User {user}\n");
            }

            text.Append(CultureInfo.InvariantCulture, $"\nHost {string.Join(' ', host.Agents.Select(agent => host.AliasOf(agent.LinuxUser)).Prepend(host.Alias))}\n");
            foreach (var line in Lines(host))
            {
                text.Append("    ").Append(line).Append('\n');
            }
        }

        return text.ToString();
    }

    /// <summary>A path as ssh reads it: below ~ where it can be, with forward slashes, quoted when it must be.</summary>
    /// <exception cref="InvalidRequestException">ssh has no way to say it.</exception>
    public static string Quote(string path, string userHome)
    {
        if (path.Any(c => char.IsControl(c) || c == '"') || path.Contains("${", StringComparison.Ordinal))
        {
            throw new InvalidRequestException($"ssh's configuration cannot say the path '{path}'.") { Target = path };
        }

        var home = userHome.TrimEnd('/', '\\');
        var below = home.Length > 0 && path.Length > home.Length + 1 && path.StartsWith(home, StringComparison.Ordinal) && (path[home.Length] is '/' or '\\');
        var text = below ? "~" + path[home.Length..] : path;
        var windows = Path.DirectorySeparatorChar == '\\' || (path.Length > 1 && path[1] == ':');
        text = windows ? text.Replace('\\', '/') : text.Replace("\\", "\\\\", StringComparison.Ordinal);
        return text.Any(c => char.IsWhiteSpace(c) || c is '#' or '\'' or '\\') ? $"\"{text}\"" : text;
    }

    private IEnumerable<string> Lines(SshConfigHost host)
    {
        var endpoint = host.Endpoint.Standalone ?? host.Endpoint;
        yield return $"HostName {Literal(endpoint.HostName)}";
        yield return string.Create(CultureInfo.InvariantCulture, $"Port {endpoint.Port}");
        yield return $"User {host.AdminUser}";
        yield return $"IdentityFile {Token(identityFile)}";
        yield return "IdentitiesOnly yes";
        yield return $"HostKeyAlias {endpoint.HostKeyAlias}";
        yield return $"UserKnownHostsFile {Token(knownHostsFile)}";
        yield return "GlobalKnownHostsFile none";
        yield return "StrictHostKeyChecking yes";
        yield return "CheckHostIP no";
        yield return "VerifyHostKeyDNS no";
        yield return "UpdateHostKeys no";
        foreach (var option in endpoint.ExtraOptions ?? [])
        {
            yield return OneLine(option);
        }

        if (endpoint.ProxyCommand is { } command)
        {
            yield return $"ProxyCommand {OneLine(command)}";
        }
    }

    private static string Literal(string text) => OneLine(text).Replace("%", "%%", StringComparison.Ordinal);

    private string Token(string path) => Quote(path, userHome).Replace("%", "%%", StringComparison.Ordinal);

    private static string OneLine(string text) => text.Any(char.IsControl)
        ? throw new InvalidRequestException("ssh's configuration has no way to say more than one line.") { Target = text }
        : text;
}
