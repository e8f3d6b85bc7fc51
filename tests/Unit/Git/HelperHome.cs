using System.Diagnostics;
using System.Text;

namespace Agentworks.Tests.Unit.Git;

/// <summary>A home of our own, in which the real helper and the real git run.</summary>
internal sealed class HelperHome : IDisposable
{
    private readonly string _program;

    public HelperHome()
    {
        _program = System.IO.Path.Combine(Path, "helper.pl");
        File.WriteAllText(_program, EmbeddedText.Read("git-credential-agentworks.pl"));
    }

    public string Path { get; } = Directory.CreateTempSubdirectory("agentworks-unit-").FullName;

    public string TokenFile => System.IO.Path.Combine(Path, ".config/agentworks/git-credentials");

    public void Dispose() => Directory.Delete(Path, recursive: true);

    /// <summary>A line that says what is wanted; tabs stand between the fields.</summary>
    public static string Want(string name, string host, string path, string token, string kind = "github", string user = "x-access-token", string origin = "config") =>
        string.Join('\t', "want", name, origin, kind, host, path, user, string.Empty, token) + "\n";

    public void Apply(string lines)
    {
        var (code, output) = Run("apply", lines);
        Assert.True(code == 0, output);
    }

    public bool IsInPlace(string lines) => Run("check", lines).Code == 0;

    /// <summary>The token that git would be given; null for none.</summary>
    public string? Get(string host, string? path, string protocol = "https", string? user = null)
    {
        var answer = Run("get", Request(protocol, host, path, user)).Output;
        return answer.Split('\n').FirstOrDefault(line => line.StartsWith("password=", StringComparison.Ordinal))?["password=".Length..];
    }

    public void Tell(string operation, string host, string path, string token) =>
        Assert.Equal(0, Run(operation, Request("https", host, path, null).TrimEnd('\n') + $"\nusername=x-access-token\npassword={token}\n\n").Code);

    public string Git(params string[] arguments) => Start("git", arguments, string.Empty).Output;

    public (int Code, string Output) Run(string operation, string input, params string[] options) => Start("perl", [_program, .. options, operation], input);

    private static string Request(string protocol, string host, string? path, string? user) =>
        $"protocol={protocol}\nhost={host}\n{(path is null ? string.Empty : $"path={path}\n")}{(user is null ? string.Empty : $"username={user}\n")}\n";

    private (int Code, string Output) Start(string program, string[] arguments, string input)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            StandardOutputEncoding = Encoding.Latin1,
            StandardInputEncoding = Encoding.Latin1,
        };
        start.Environment["HOME"] = Path;
        start.Environment["GIT_CONFIG_NOSYSTEM"] = "1";
        start.Environment.Remove("XDG_CONFIG_HOME");
        using var process = Process.Start(start)!;
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }
}
