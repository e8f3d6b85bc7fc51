using Agentworks.Errors;

namespace Agentworks.Platforms.Qemu;

/// <summary>Fetches Debian packages, with all that they need, for a system that is not running, from the mirrors that this computer uses. Nobody need be root.</summary>
internal sealed class PackageDownload(HostCommands commands)
{
    /// <param name="status">What that system has: its /var/lib/dpkg/status.</param>
    /// <param name="packages">What it is to have.</param>
    /// <param name="target">The folder for them.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task RunAsync(string status, IReadOnlyList<string> packages, string target, CancellationToken cancellationToken)
    {
        var work = target + ".apt";
        foreach (var folder in new[] { "state/lists/partial", "cache/archives/partial" })
        {
            Directory.CreateDirectory(Path.Combine(work, folder));
        }

        await File.WriteAllLinesAsync(Path.Combine(work, "sources.list"), AptSources.Detect(), cancellationToken).ConfigureAwait(false);
        string[] options =
        [
            "Dir::State=" + work + "/state", "Dir::State::status=" + status, "Dir::Cache=" + work + "/cache", "Dir::Etc::sourcelist=" + work + "/sources.list",
            "Dir::Etc::sourceparts=/dev/null", "Dir::Etc::preferences=/dev/null", "Dir::Etc::preferencesparts=/dev/null", "Dir::Log=" + work,
            "APT::Architecture=amd64", "APT::Architectures=amd64", "APT::Install-Recommends=false", "APT::Sandbox::User=root", "Acquire::Languages=none", "Debug::NoLocking=1",
        ];
        string[] common = ["-q", "-y", .. options.SelectMany(o => new[] { "-o", o })];
        await AptAsync([.. common, "update"], cancellationToken).ConfigureAwait(false);
        await AptAsync([.. common, "--download-only", "install", .. packages], cancellationToken).ConfigureAwait(false);
        Directory.CreateDirectory(target);
        foreach (var package in Directory.EnumerateFiles(work + "/cache/archives", "*.deb"))
        {
            File.Move(package, Path.Combine(target, Path.GetFileName(package)));
        }

        Directory.Delete(work, recursive: true);
    }

    private async Task AptAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var result = await commands.RunAsync("apt-get", arguments, QemuBases.Long, cancellationToken).ConfigureAwait(false);
        if (!result.Succeeded)
        {
            throw new PlatformException($"The packages that the image lacks could not be fetched: {HostCommands.Tail(result.Error + result.Output)}")
            {
                Recommendation = "Check that the mirrors in /etc/apt answer: apt-get update",
            };
        }
    }
}
