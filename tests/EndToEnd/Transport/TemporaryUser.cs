using System.Diagnostics;

namespace Agentworks.Tests.EndToEnd.Transport;

/// <summary>A Linux user and a group that exist for one test.</summary>
internal sealed class TemporaryUser : IDisposable
{
    public TemporaryUser()
    {
        var id = Guid.NewGuid().ToString("N")[..10];
        Name = "agwt-" + id;
        Group = "agwg-" + id;
        Run("useradd", "-m", "-p", "*", "-K", "HOME_MODE=0700", Name);
        Run("groupadd", Group);
    }

    public string Name { get; }

    /// <summary>Made without members.</summary>
    public string Group { get; }

    public string Home => "/home/" + Name;

    public void Join() => Run("usermod", "-aG", Group, Name);

    public void Leave() => Run("gpasswd", "-d", Name, Group);

    public void Dispose()
    {
        Run("userdel", "-r", "-f", Name);
        Run("groupdel", Group);
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("/usr/sbin/" + program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            FileName = File.Exists("/usr/sbin/" + program) ? "/usr/sbin/" + program : "/usr/bin/" + program,
        })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode is not (0 or 12))
        {
            throw new InvalidOperationException($"{program}: {error}");
        }
    }
}
