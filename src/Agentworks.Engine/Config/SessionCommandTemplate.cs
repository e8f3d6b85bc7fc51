using System.Text;
using Agentworks.Errors;

namespace Agentworks.Config;

/// <summary>
/// A text in which <c>{{session_name}}</c> and <c>{{workspace_name}}</c> stand for the names. Another word in double braces is an
/// error, as it is most likely a slip; braces around anything else, such as <c>{{.Names}}</c>, are left as they are.
/// </summary>
public sealed class SessionCommandTemplate
{
    private const string Session = "session_name";
    private const string Workspace = "workspace_name";

    /// <summary>Literal text and, at every odd index, a placeholder.</summary>
    private readonly List<string> _parts;

    private SessionCommandTemplate(List<string> parts) => _parts = parts;

    /// <exception cref="InvalidRequestException">A placeholder is not known.</exception>
    public static SessionCommandTemplate Parse(string text)
    {
        var parts = Split(text);
        return ProblemIn(parts) is { } problem
            ? throw new InvalidRequestException($"The command cannot be used: {problem}") { Target = text }
            : new SessionCommandTemplate(parts);
    }

    /// <summary>The names are put in as they are: the rules of names leave nothing that a shell would need quoted.</summary>
    public string Expand(string sessionName, string workspaceName)
    {
        var text = new StringBuilder();
        for (var i = 0; i < _parts.Count; i++)
        {
            text.Append(i % 2 == 0 ? _parts[i] : _parts[i] == Session ? sessionName : workspaceName);
        }

        return text.ToString();
    }

    /// <returns>What is wrong with a text; null when nothing is.</returns>
    internal static string? Problem(string text) => ProblemIn(Split(text));

    private static string? ProblemIn(List<string> parts)
    {
        var unknown = parts.Where((part, i) => i % 2 == 1 && part is not (Session or Workspace)).FirstOrDefault();
        return unknown is null ? null : $"unknown placeholder '{{{{{unknown}}}}}'{NearestName.Hint(unknown, [Session, Workspace])}";
    }

    private static List<string> Split(string text)
    {
        var parts = new List<string>();
        var done = 0;
        for (var open = text.IndexOf("{{", StringComparison.Ordinal); open >= 0; open = text.IndexOf("{{", open + 1, StringComparison.Ordinal))
        {
            var end = open + 2;
            while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_'))
            {
                end++;
            }

            if (end > open + 2 && text.AsSpan(end).StartsWith("}}"))
            {
                parts.Add(text[done..open]);
                parts.Add(text[(open + 2)..end]);
                done = end + 2;
                open = done - 1;
            }
        }

        parts.Add(text[done..]);
        return parts;
    }
}
