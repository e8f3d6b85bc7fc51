using Agentworks.Config;

namespace Agentworks.Tests.Unit.Config;

public sealed class SourceReferenceTests : IDisposable
{
    private readonly ConfigFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("git::https://h/u/r.git", "https://h/u/r.git", null, null)]
    [InlineData("git::https://h/u/r?ref=main", "https://h/u/r", null, "main")]
    [InlineData("git::https://h/u/r//a/b?ref=feature/x", "https://h/u/r", "a/b", "feature/x")]
    [InlineData("git::git@host:u/r.git//path", "git@host:u/r.git", "path", null)]
    [InlineData("git::git@host:u/r.git?ref=0123abc", "git@host:u/r.git", null, "0123abc")]
    public void Repositories(string text, string location, string? subpath, string? reference)
        => Assert.Equal(new SourceReference { IsGit = true, Location = location, Subpath = subpath, Ref = reference }, Parse(text));

    [Theory]
    [InlineData("~/dots")]
    [InlineData("file::~/dots")]
    public void Paths(string text)
        => Assert.Equal(new SourceReference { IsGit = false, Location = Path.Combine(_folder.UserHome, "dots") }, Parse(text));

    [Theory]
    [InlineData("file::")]
    [InlineData("https://h/u/r")]
    [InlineData("git@h:u/r")]
    [InlineData("git::")]
    [InlineData("git::https://")]
    [InlineData("git::git@")]
    [InlineData("git::http://h/r")]
    [InlineData("git::-oProxyCommand=x")]
    [InlineData("git::https://h/u r")]
    [InlineData("git::https://h/r//../x")]
    [InlineData("git::https://h/r//")]
    [InlineData("git::https://h/r?branch=x")]
    [InlineData("git::https://h/r?ref=")]
    [InlineData("git::https://h/r?ref=-x")]
    [InlineData("git::https://h/r?ref=a..b")]
    public void Others_are_refused(string text)
        => Assert.Equal("agent_templates.default.dotfiles_source", _folder.Refuse($"[agent_templates.default]\ndotfiles_source = '{text}'").Key);

    private SourceReference? Parse(string text)
        => _folder.Read($"[agent_templates.default]\ndotfiles_source = '{text}'").ResolveAgentTemplate(null).DotfilesSource;
}
