using System.Text.RegularExpressions;

namespace Agentworks.Git.Work;

/// <summary>URLs of repositories in what people read: without what may be a secret.</summary>
public static partial class GitUrl
{
    /// <summary>The text with users, passwords and tokens taken out of all URLs in it. A user of ssh is none of these.</summary>
    public static string Scrub(string text) => Web().Replace(Password().Replace(text, "${scheme}${user}@"), "${scheme}");

    [GeneratedRegex(@"(?<scheme>\bhttps?://)[^/\s@'""]*@(?:[^/\s@'""]*@)*", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 2000)]
    private static partial Regex Web();

    [GeneratedRegex(@"(?<scheme>\b(?!https?:)[a-z][a-z0-9+.-]*://)(?<user>[^/\s@:'""]*):[^/\s@'""]*@", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 2000)]
    private static partial Regex Password();
}
