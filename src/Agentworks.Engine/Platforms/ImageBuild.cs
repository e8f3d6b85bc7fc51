using Agentworks.Events;
using Agentworks.Platforms.Nspawn;
using Agentworks.Transport;

namespace Agentworks.Platforms;

/// <summary>What making an image takes on every platform that makes them with mmdebstrap.</summary>
internal static class ImageBuild
{
    private static readonly string[] Excluded = ["man", "doc", "info", "locale", "lintian"];

    /// <summary>A minimal Debian with the packages of <paramref name="inputs"/>, to <paramref name="target"/>; options must stand before.</summary>
    public static IEnumerable<string> Arguments(ImageInputs inputs, string target) =>
    [
        "--variant=minbase", "--verbose",
        "--include=" + string.Join(',', inputs.Packages),
        .. Excluded.Select(e => $"--dpkgopt=path-exclude=/usr/share/{e}/*"),
        "--dpkgopt=path-include=/usr/share/doc/*/copyright",
        "--dpkgopt=path-include=/usr/share/locale/locale.alias",
        "--aptopt=Acquire::Languages \"none\"",
        "--aptopt=Apt::Install-Recommends \"false\"",
        "--customize-hook=" + inputs.Finish,
        AptSources.Suite,
        target,
        .. inputs.Sources,
    ];

    /// <summary>Waits until no other process holds the lock, and says so once.</summary>
    public static async Task<IDisposable> LockAsync(string path, TimeProvider clock, IEventSink events, CancellationToken cancellationToken)
    {
        for (var told = false; ; told = true)
        {
            if (FileLock.TryTake(path) is { } held)
            {
                return held;
            }

            if (!told)
            {
                events.Report(new ProgressEvent(ImageProgress.Activity, "Another process makes it; waiting"));
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200), clock, cancellationToken).ConfigureAwait(false);
        }
    }
}
