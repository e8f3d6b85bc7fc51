using Agentworks.Events;

namespace Agentworks.Files;

/// <summary>Tells how far a copy has come, not more often than anyone can see.</summary>
internal sealed class TransferProgress(IEventSink events, string activity, long? total)
{
    private const long Step = 1 << 20;
    private long _done;
    private long _told = -Step;

    public void Add(int bytes)
    {
        _done += bytes;
        if (_done - _told >= Step)
        {
            _told = _done;
            var percent = total is > 0 ? (int?)Math.Clamp(100 * _done / total.Value, 0, 100) : null;
            events.Report(new ProgressEvent(activity, total is null ? Size(_done) : $"{Size(_done)} of {Size(total.Value)}", percent));
        }
    }

    public void Complete() => events.Report(new ProgressEvent(activity, "Done", 100, Completed: true));

    private static string Size(long bytes) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{bytes / (double)(1 << 20):0.0} MiB");
}
