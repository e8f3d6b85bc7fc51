using Agentworks.Errors;

namespace Agentworks.Model;

/// <summary>
/// What may be a name. The caps come from where the name ends up: useradd and groupadd take 32 characters
/// ("agt-" + 28, "ws-" + 29), a host name is a DNS label, and a tmux socket path must fit sun_path (107 bytes on Linux).
/// </summary>
public static class Naming
{
    public const string AgentUserPrefix = "agt-";
    public const string WorkspaceGroupPrefix = "ws-";

    public static void Validate(string kind, string name)
    {
        var limit = kind switch
        {
            EntityKind.Agent or EntityKind.Workspace => 28,
            _ => 30,
        };
        var reason = Refuse(name, limit, allowUnderscore: kind != EntityKind.Vm);
        if (reason is not null)
        {
            throw new InvalidNameException(kind, name, reason)
            {
                Target = name,
                Recommendation = "Use lower-case letters, digits and single hyphens, such as 'web-2'.",
            };
        }
    }

    /// <summary>A snapshot's name is unique in its workspace and ends up nowhere but in the records.</summary>
    public static void ValidateSnapshot(string name)
    {
        var reason = name.Length is 0 ? "it is empty."
            : name.Length > 63 ? $"it has {name.Length} characters and at most 63 are allowed."
            : !char.IsAsciiLetterLower(name[0]) && !char.IsAsciiDigit(name[0]) ? "it must begin with a lower-case letter or a digit."
            : name.FirstOrDefault(c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c is not ('-' or '_' or '.')) is var bad and not default(char)
                ? $"'{ShownName.Of(bad.ToString())}' is not allowed in it."
            : null;
        if (reason is not null)
        {
            throw new InvalidNameException(EntityKind.Snapshot, name, reason)
            {
                Target = name,
                Recommendation = "Use lower-case letters, digits, '-', '_' and '.', such as 'clean' or 'v1.2'.",
            };
        }
    }

    /// <summary>The admin's name, as useradd takes it: it also stands in files that sudo and sshd read.</summary>
    public static void ValidateUser(string name)
    {
        var proper = name.Length is > 0 and <= 32
            && (char.IsAsciiLetterLower(name[0]) || name[0] == '_')
            && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '_' or '-');
        if (!proper)
        {
            throw new InvalidNameException("a Linux user", name, "it must begin with a lower-case letter and have at most 32 of a-z, 0-9, '_' and '-'.")
            {
                Target = name,
            };
        }
    }

    private static string? Refuse(string name, int limit, bool allowUnderscore)
    {
        if (name.Length == 0)
        {
            return "it is empty.";
        }

        if (name.Length > limit)
        {
            return $"it has {name.Length} characters and at most {limit} are allowed.";
        }

        if (!char.IsAsciiLetterLower(name[0]) && !char.IsAsciiDigit(name[0]))
        {
            return "it must begin with a lower-case letter or a digit.";
        }

        if (!char.IsAsciiLetterLower(name[^1]) && !char.IsAsciiDigit(name[^1]))
        {
            return "it must end with a lower-case letter or a digit.";
        }

        if (name.Contains("--", StringComparison.Ordinal))
        {
            return "two hyphens in a row are reserved.";
        }

        var bad = name.FirstOrDefault(c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-' && !(allowUnderscore && c == '_'));
        return bad == default ? null : $"'{ShownName.Of(bad.ToString())}' is not allowed in it.";
    }
}
