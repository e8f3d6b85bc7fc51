using Agentworks.Platforms;

namespace Agentworks.Tests.Unit.Platforms;

public sealed class AptSourcesTests : IDisposable
{
    private const string Signed = "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] ";
    private readonly string etc = Directory.CreateTempSubdirectory("agentworks-test-").FullName;

    [Fact]
    public void StanzasGiveEveryPairOfUriAndSuite()
    {
        string[] lines =
        [
            "# a comment", "Types: deb deb-src", "URIs: http://one http://two", "Suites: bookworm", " bookworm-updates", "Components: main", "",
            "Types: deb", "Enabled: no", "URIs: http://off", "Suites: bookworm", "", "Types: deb-src", "URIs: http://src", "Suites: bookworm",
        ];

        Assert.Equal(
            [("http://one", "bookworm"), ("http://one", "bookworm-updates"), ("http://two", "bookworm"), ("http://two", "bookworm-updates")],
            AptSources.ParseStanzas(lines));
    }

    [Fact]
    public void LinesMayHaveOptionsAndComments()
    {
        string[] lines = ["deb [arch=amd64 signed-by=/k.gpg] http://one bookworm main # why", "deb-src http://src bookworm main", "#deb http://off x main", ""];

        Assert.Equal([("http://one", "bookworm")], AptSources.ParseLines(lines));
    }

    [Fact]
    public void ADebianOfAnotherReleaseLendsItsMirrorAndNothingElse()
    {
        Write("os-release", "ID=debian\nVERSION_CODENAME=trixie\n");
        Write("apt/sources.list", "deb http://mirror/debian/ trixie main contrib\ndeb http://other trixie-backports main\n");
        Write("apt/sources.list.d/s.sources", "Types: deb\nURIs: https://mirror/security\nSuites: trixie-security\nComponents: main\n");
        Write("apt/sources.list.d/vendor.list", "deb https://vendor stable main\ndeb file:/cd trixie main\n");
        Write("apt/sources.list.d/old.list.save", "deb http://saved trixie main\n");

        Assert.Equal([Signed + "http://mirror/debian bookworm main", Signed + "https://mirror/security bookworm-security main"], AptSources.Detect(etc));
    }

    [Theory]
    [InlineData("ID=ubuntu\nVERSION_CODENAME=noble\n")]
    [InlineData("ID=debian\nVERSION_CODENAME=bookworm\n")]
    public void WithoutAMirrorOfItsOwnItIsDebians(string release)
    {
        Write("os-release", release);
        Write("apt/sources.list", "deb http://archive noble main\n");

        var sources = AptSources.Detect(etc);

        Assert.Equal(3, sources.Count);
        Assert.All(sources, s => Assert.Contains(" http://deb.debian.org/", s, StringComparison.Ordinal));
    }

    public void Dispose() => Directory.Delete(etc, recursive: true);

    private void Write(string name, string text)
    {
        var path = Path.Combine(etc, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
