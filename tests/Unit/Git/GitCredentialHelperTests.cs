using Agentworks.Tests.Unit.State;

namespace Agentworks.Tests.Unit.Git;

/// <summary>The real helper with the real git's settings, in a home of our own.</summary>
public sealed class GitCredentialHelperTests : IDisposable
{
    private readonly HelperHome _home = new();

    public void Dispose() => _home.Dispose();

    [NeedsFact("perl", "-e", "exit 0")]
    public void ATokenIsForItsHostAndOwnerOnly()
    {
        _home.Apply(HelperHome.Want("acme", "github.com", "acme", "+one") + HelperHome.Want("octo", "github.com", "octocat", "+two") + "only\n");
        Assert.Equal("one", _home.Get("github.com", "acme/widgets.git"));
        Assert.Equal("two", _home.Get("github.com", "octocat/hello"));
        Assert.Equal("one", _home.Get("GitHub.com:443", "ACME/Widgets"));
        Assert.Null(_home.Get("github.com", "acmecorp/widgets.git"));
        Assert.Null(_home.Get("github.com", "other/acme"));
        Assert.Null(_home.Get("github.com", null));
        Assert.Null(_home.Get("github.com", "acme/../octocat/hello"));
        Assert.Null(_home.Get("github.com.evil.example", "acme/widgets.git"));
        Assert.Null(_home.Get("github.com:8443", "acme/widgets.git"));
        Assert.Null(_home.Get("github.com", "acme/widgets.git", protocol: "http"));
    }

    [NeedsFact("perl", "-e", "exit 0")]
    public void TheMostSpecificWins()
    {
        _home.Apply(
            HelperHome.Want("repository", "github.com", "acme/widgets", "+repository") + HelperHome.Want("owner", "github.com", "acme", "+owner")
            + HelperHome.Want("host", "github.com", string.Empty, "+host"));
        Assert.Equal("repository", _home.Get("github.com", "acme/widgets.git"));
        Assert.Equal("repository", _home.Get("github.com", "acme/widgets.git/info/lfs"));
        Assert.Equal("owner", _home.Get("github.com", "acme/widgets2.git"));
        Assert.Equal("host", _home.Get("github.com", "octocat/hello"));
    }

    [NeedsFact("perl", "-e", "exit 0")]
    public void AServerOfItsOwnIsTakenAtItsWord()
    {
        _home.Apply(HelperHome.Want("lab", "git.example.com:8443", "Group/sub", "+token", kind: "generic", user: "bot"));
        Assert.Equal("token", _home.Get("git.example.com:8443", "Group/sub/app.git"));
        Assert.Equal("token", _home.Get("git.example.com:8443", "Group/sub/app.git", user: "bot"));
        Assert.Null(_home.Get("git.example.com:8443", "group/sub/app.git"));
        Assert.Null(_home.Get("git.example.com:8443", "Group/sub/app.git", user: "somebody"));
        Assert.Null(_home.Get("git.example.com", "Group/sub/app.git"));
    }

    [NeedsFact("perl", "-e", "exit 0")]
    public void ATokenMayHoldAnythingThatFitsOnALine()
    {
        const string Token = "a b\tc'\"$(id)`\\%40@:/?#=\u00e4\u00ff ";
        _home.Apply(HelperHome.Want("odd", "github.com", string.Empty, "+" + Token));
        Assert.Equal(Token, _home.Get("github.com", "acme/widgets.git"));
        Assert.True(_home.IsInPlace(HelperHome.Want("odd", "github.com", string.Empty, "+" + Token)));
        Assert.False(_home.IsInPlace(HelperHome.Want("odd", "github.com", string.Empty, "+" + Token + "x")));
    }

    [NeedsFact("git", "--version")]
    public void WhatIsAppliedIsInPlaceAndReadableByNobodyElse()
    {
        var wanted = HelperHome.Want("acme", "github.com", "acme", "+one") + "only\n";
        Assert.False(_home.IsInPlace(wanted));
        _home.Apply(wanted);
        Assert.True(_home.IsInPlace(wanted));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_home.TokenFile));
        Assert.Equal("\n/usr/lib/agentworks/git-credential-agentworks\n", _home.Git("config", "--global", "--get-all", "credential.https://github.com.helper"));
        Assert.Equal("true\n", _home.Git("config", "--global", "--get-all", "credential.https://github.com.useHttpPath"));

        // What others changed is put right; what they added stays.
        _home.Git("config", "--global", "--add", "credential.https://github.com.helper", "store");
        Assert.True(_home.IsInPlace(wanted));
        _home.Git("config", "--global", "credential.https://github.com.useHttpPath", "false");
        File.SetUnixFileMode(_home.TokenFile, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        Assert.False(_home.IsInPlace(wanted));
        _home.Apply(wanted);
        Assert.True(_home.IsInPlace(wanted));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_home.TokenFile));
    }

    [NeedsFact("git", "--version")]
    public void WithoutTheTokenAtHandTheOneThatIsHeldStays()
    {
        _home.Apply(HelperHome.Want("acme", "github.com", "acme", "+one") + "only\n");
        Assert.True(_home.IsInPlace(HelperHome.Want("acme", "github.com", "acme", "-") + "only\n"));
        _home.Apply(HelperHome.Want("acme", "github.com", "acme/widgets", "-") + "only\n");
        Assert.Equal("one", _home.Get("github.com", "acme/widgets"));
        Assert.Null(_home.Get("github.com", "acme/gadgets"));
        Assert.False(_home.IsInPlace(HelperHome.Want("other", "github.com", "acme", "-") + "only\n"));
        Assert.NotEqual(0, _home.Run("apply", HelperHome.Want("other", "github.com", "acme", "-") + "only\n").Code);
        Assert.Equal("one", _home.Get("github.com", "acme/widgets"));
    }

    [NeedsFact("git", "--version")]
    public void WhatWasSetByHandIsNotTheConfigurationsToChange()
    {
        _home.Apply(HelperHome.Want("hand", "github.com", "acme", "+mine", origin: "set"));
        _home.Apply(HelperHome.Want("hand", "github.com", string.Empty, "+other") + HelperHome.Want("list", "github.com", "octocat", "+two") + "only\n");
        Assert.Equal("mine", _home.Get("github.com", "acme/widgets"));
        Assert.Equal("two", _home.Get("github.com", "octocat/hello"));
        _home.Apply("only\n");
        Assert.Equal("mine", _home.Get("github.com", "acme/widgets"));
        Assert.Null(_home.Get("github.com", "octocat/hello"));
    }

    [NeedsFact("git", "--version")]
    public void WhatIsRemovedIsGone()
    {
        _home.Git("config", "--global", "user.name", "Somebody");
        var before = File.ReadAllText(Path.Combine(_home.Path, ".gitconfig"));
        _home.Apply(HelperHome.Want("a", "github.com", "acme", "+one", origin: "set") + HelperHome.Want("b", "git.example.com", "", "+two", origin: "set"));
        _home.Apply("drop\ta\n");
        Assert.Equal(string.Empty, _home.Git("config", "--global", "--get-all", "credential.https://github.com.helper"));
        Assert.Equal("two", _home.Get("git.example.com", "any/thing"));
        _home.Apply("drop\tb\n");
        Assert.False(File.Exists(_home.TokenFile));
        Assert.Equal(before, File.ReadAllText(Path.Combine(_home.Path, ".gitconfig")));
    }

    [NeedsFact("git", "--version")]
    public void NothingIsLeftOfAMachineThatIsGivenBack()
    {
        _home.Apply(HelperHome.Want("a", "github.com", "acme", "+one", origin: "set") + HelperHome.Want("b", "git.example.com", string.Empty, "+two"));
        _home.Apply("none\n");
        Assert.False(File.Exists(_home.TokenFile));
        Assert.DoesNotContain("agentworks", File.ReadAllText(Path.Combine(_home.Path, ".gitconfig")), StringComparison.Ordinal);
    }

    [NeedsFact("perl", "-e", "exit 0")]
    public void ARejectionIsNotedAndForgetsNothing()
    {
        _home.Apply(HelperHome.Want("acme", "github.com", "acme", "+one"));
        _home.Tell("erase", "github.com", "acme/widgets.git", "another");
        Assert.Equal(string.Empty, Rejected());
        _home.Tell("erase", "github.com", "acme/widgets.git", "one");
        Assert.Matches("^[0-9]+$", Rejected());
        Assert.Equal("one", _home.Get("github.com", "acme/widgets.git"));
        _home.Tell("store", "github.com", "acme/widgets.git", "one");
        Assert.Equal(string.Empty, Rejected());
        _home.Tell("store", "github.com", "octocat/hello.git", "learned");
        Assert.Null(_home.Get("github.com", "octocat/hello.git"));

        string Rejected() => _home.Run("list", string.Empty).Output.TrimEnd('\n').Split('\t')[6];
    }

    [NeedsFact("perl", "-e", "exit 0")]
    public void ListingNeverShowsATokenAndOnceIsOnce()
    {
        _home.Apply(HelperHome.Want("acme", "github.com", "acme", "+canary"));
        Assert.DoesNotContain("canary", _home.Run("list", string.Empty).Output, StringComparison.Ordinal);
        var file = Path.Combine(_home.Path, "once");
        File.Copy(_home.TokenFile, file);
        const string Asked = "protocol=https\nhost=github.com\npath=octocat/hello\n\n";
        Assert.Equal(string.Empty, _home.Run("get", Asked, "--file", file, "--once").Output);
        Assert.Contains("canary", _home.Run("get", Asked.Replace("octocat", "acme", StringComparison.Ordinal), "--file", file, "--once").Output, StringComparison.Ordinal);
        Assert.False(File.Exists(file));
        Assert.Equal("canary", _home.Get("github.com", "acme/widgets"));
    }
}
