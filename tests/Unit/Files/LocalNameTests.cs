using Agentworks.Files;

namespace Agentworks.Tests.Unit.Files;

public sealed class LocalNameTests
{
    public static TheoryData<string> NowhereData => new(
        "", ".", "..", "/", "a/", "a//b", "../x", "a/../b", "a/..", "./a", "/etc/passwd", "a\0b", "a/\0", "..\0", "\udcff", "a/\udc80b", "\ud83c");

    public static TheoryData<string> WindowsData => new(
        "CON", "con", "Con.txt", "NUL", "nul.tar.gz", "AUX", "PRN", "COM1", "com9.x", "LPT1", "COM¹", "CONIN$", "a:b", "a:$DATA", "C:", "C:\\x", "a\\b", "..\\x", "\\\\server\\share",
        "x.", "x ", "x...", "a<b", "a>b", "a|b", "a?b", "a*b", "a\"b", "a\nb", "a\u0001", "sub/CON", "CON/x", "sub/x.", "NUL .txt", "aux .c");

    public static TheoryData<string> FineData => new("a", "a/b/c", "ü 漢/🎈", ".hidden", "...", "..a", "a..b", "CONSOLE", "com", "COM10", "nul0", "a b", "-rf", "$(x)");

    [Theory]
    [MemberData(nameof(NowhereData))]
    public void What_names_nothing_below_is_refused_everywhere(string path)
    {
        Assert.NotNull(LocalName.ProblemOfPath(path, windows: false));
        Assert.NotNull(LocalName.ProblemOfPath(path, windows: true));
    }

    [Theory]
    [MemberData(nameof(WindowsData))]
    public void What_Windows_takes_for_something_else_is_refused_there(string path) => Assert.NotNull(LocalName.ProblemOfPath(path, windows: true));

    [Theory]
    [MemberData(nameof(FineData))]
    public void Ordinary_names_pass(string path) => Assert.Null(LocalName.ProblemOfPath(path, windows: false));

    [Theory]
    [InlineData("a", "b", true)]
    [InlineData("a/b", "../c", true)]
    [InlineData("a", "../c", false)]
    [InlineData("a/b", "../../c", false)]
    [InlineData("a/b/c", "x/../../../../y", false)]
    [InlineData("a", "/etc", false)]
    [InlineData("a", "", false)]
    public void A_link_stays_inside_or_does_not(string path, string target, bool expected) => Assert.Equal(expected, LocalName.StaysInside(path, target));

    [Fact]
    public void A_place_is_where_its_links_lead()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var folder = Directory.CreateTempSubdirectory("agw-local-").FullName;
        try
        {
            Directory.CreateDirectory(Path.Combine(folder, "in/deep"));
            Directory.CreateDirectory(Path.Combine(folder, "out"));
            File.CreateSymbolicLink(Path.Combine(folder, "in/link"), "../out");
            File.CreateSymbolicLink(Path.Combine(folder, "in/same"), "deep");
            File.CreateSymbolicLink(Path.Combine(folder, "in/up"), "same/../..");

            var root = Path.Combine(folder, "in");
            LocalPlace.RequireInside(Path.Combine(root, "deep/new/file"), root);
            LocalPlace.RequireInside(Path.Combine(root, "same"), root);
            LocalPlace.RequireInside(Path.Combine(folder, "elsewhere"), root: null);
            foreach (var outside in new[] { "in/link/x", "in/link", "in/up/out", "in/../out", "inside", "out", "/" })
            {
                Assert.Throws<Agentworks.Errors.TransferRefusedException>(() => LocalPlace.RequireInside(Path.Combine(folder, outside), root));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
