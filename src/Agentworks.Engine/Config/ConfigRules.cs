using Agentworks.Toml;
using Agentworks.Variables;

namespace Agentworks.Config;

/// <summary>What single values must look like. Each answers what is wrong, or null.</summary>
internal static class ConfigRules
{
    public static string? EntryName(string name)
        => name.Length is > 0 and <= 64 && char.IsAsciiLetterOrDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-')
            ? null
            : "a name has 1 to 64 letters, digits, dots, hyphens and underscores, and begins with a letter or digit.";

    public static string? EnvironmentName(string name) => VariableName.Problem(name);

    /// <summary>Of a git server: a name or an address, with a port where it is not the usual one.</summary>
    public static string? GitHost(string host)
        => Uri.TryCreate("https://" + host, UriKind.Absolute, out var uri) && uri.Authority.Equals(host, StringComparison.OrdinalIgnoreCase) && uri.UserInfo.Length == 0
            && host.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or ':' or '[' or ']')
            ? null
            : "it must be the name of a server, such as git.example.com, or a name with a port.";

    /// <summary>Of what comes first in the path of a repository: an owner, or a group and its subgroups.</summary>
    public static string? GitPath(string path)
        => path.Split('/').All(step => step.Length > 0 && step is not ("." or "..") && step.All(c => c > ' ' && c is not ('\u007f' or '%' or '\\' or '?' or '#' or ':' or '@')))
            ? null
            : "it must be part of a path, such as octocat, without a slash at either end.";

    public static string? GitRepository(string name)
        => name.Contains('/', StringComparison.Ordinal) ? "it must be the name of one repository; what comes before it is the owner." : GitPath(name);

    public static string? LinuxUser(string name)
        => name.Length is > 0 and <= 32 && (char.IsAsciiLetterLower(name[0]) || name[0] == '_')
            && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '_' or '-')
            ? null
            : "a Linux user has 1 to 32 lower-case letters, digits, hyphens and underscores, and begins with a letter or an underscore.";

    /// <summary>Of an SSH host prefix and of a bare file name.</summary>
    public static string? BareName(string name)
        => name.Length > 0 && char.IsAsciiLetterOrDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-')
            ? null
            : "it may have letters, digits, dots, hyphens and underscores, and must begin with a letter or digit.";

    /// <summary>A path on a machine. It ends up in scripts and unit files, hence the plain characters.</summary>
    public static string? MachinePath(string path)
    {
        var steps = path.Split('/');
        return steps.Length > 1 && steps[0].Length == 0
            && steps.Skip(1).All(s => s.Length > 0 && s is not ("." or "..") && s.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-'))
            ? null
            : "it must be an absolute path of letters, digits, dots, hyphens and underscores, without '..' and without a final slash.";
    }

    /// <summary>As <see cref="MachinePath"/>, or below the user's home.</summary>
    public static string? HomePath(string path)
        => MachinePath(path.StartsWith("~/", StringComparison.Ordinal) ? path[1..] : path) is { } problem ? "below ~/ or absolute: " + problem : null;

    public static string? Shell(string shell)
        => shell.StartsWith('/') ? MachinePath(shell) : BareName(shell) is null ? null : "it must be the name of a shell, such as bash, or its absolute path.";

    /// <summary>A name for apt, with an optional version, architecture or suite. Never an option, and no hyphen at the end: that would remove it.</summary>
    public static string? AptPackage(string name)
        => char.IsAsciiLetterOrDigit(name[0]) && !name.EndsWith('-') && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '-' or '.' or ':' or '=' or '~' or '/' or '_')
            ? null
            : "it is not the name of a package.";

    /// <summary>A snap, with options of snap install behind its name.</summary>
    public static string? Snap(string snap)
        => snap.Split(' ') is [var name, .. var options]
            && name.Length > 0 && !name.StartsWith('-') && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_')
            && options.All(option => option is "--classic" or "--devmode" || (option.StartsWith("--channel=", StringComparison.Ordinal) && option.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '=' or '/' or '.')))
            ? null
            : "it must be the name of a snap; behind it can stand --classic, --devmode and --channel=.";

    /// <summary>Something that becomes an argument of a program and must not be taken for one of its options.</summary>
    public static string? Argument(string value) => value.StartsWith('-') ? "it must not begin with a hyphen." : OneLine(value);

    public static string? WebAddress(string address)
        => Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http" ? null : "it must be an https address.";

    public static string? OneLine(string value) => value.Any(char.IsControl) ? "it must be one line without control characters." : null;

    public static string? TailscaleTag(string tag)
        => tag.StartsWith("tag:", StringComparison.Ordinal) && tag.Length is > 4 and <= 64 && char.IsAsciiLetter(tag[4]) && tag[5..].All(c => char.IsAsciiLetterOrDigit(c) || c == '-')
            ? null
            : "it must be tag: and a name of letters, digits and hyphens that begins with a letter.";

    public static string? Defined(string name, string what, IEnumerable<string> known)
        => known.Contains(name, StringComparer.Ordinal) ? null : $"there is no {what} {TomlPath.Quote(name)}{NearestName.Hint(name, known)}";

    public static string? OneOf(string value, params IReadOnlyList<string> allowed)
        => allowed.Contains(value, StringComparer.Ordinal) ? null : $"{TomlPath.Quote(value)} is not allowed{NearestName.Hint(value, allowed)}";
}
