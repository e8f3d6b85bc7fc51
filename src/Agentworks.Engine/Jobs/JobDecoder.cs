using System.Buffers;
using System.Text;
using Agentworks.Model;

namespace Agentworks.Jobs;

/// <summary>Makes lines of the pieces of one job, in the order in which they were written, and knows what is missing between them.</summary>
internal sealed class JobDecoder(AgwJob job, long output, long error)
{
    private const int LineLimit = 1 << 18;
    private readonly ArrayBufferWriter<byte>[] _pending = [new(), new()];

    // What has come from the machine, and what has been given in whole lines.
    private readonly long[] _come = [output, error];
    private readonly long[] _given = [output, error];

    public AgwJob Job => job;

    /// <summary>What is known: reading goes on from here.</summary>
    public (long Output, long Error) Come => (_come[0], _come[1]);

    public (long Output, long Error) Given => (_given[0], _given[1]);

    public void Feed(JobFrame frame, Action<JobLine> give)
    {
        Miss(frame.Output, frame.Error, give);
        var stream = frame.Stream;
        var known = (int)Math.Clamp(_come[stream] - frame.Position, 0, frame.Data.Length);
        var data = frame.Data.Span[known..];
        while (data.Length > 0)
        {
            var end = data.IndexOf((byte)'\n');
            var part = end < 0 ? data : data[..end];
            part = part[..Math.Min(part.Length, LineLimit - _pending[stream].WrittenCount)];
            _pending[stream].Write(part);
            var whole = part.Length == (end < 0 ? data.Length : end) && end >= 0;
            var used = part.Length + (whole ? 1 : 0);
            _come[stream] += used;
            data = data[used..];
            if (whole || _pending[stream].WrittenCount >= LineLimit)
            {
                Emit(stream, give);
            }
        }
    }

    /// <summary>No more comes: gives what has no line end, and says what is missing at the end.</summary>
    public void Finish(JobReport report, Action<JobLine> give)
    {
        for (var stream = 0; stream < 2; stream++)
        {
            if (_pending[stream].WrittenCount > 0)
            {
                Emit(stream, give);
            }
        }

        Miss(report.OutputLength, report.ErrorLength, give);
    }

    private void Miss(long outputBefore, long errorBefore, Action<JobLine> give)
    {
        Span<long> before = [outputBefore, errorBefore];
        for (var stream = 0; stream < 2; stream++)
        {
            var missing = before[stream] - _come[stream];
            if (missing <= 0)
            {
                continue;
            }

            if (_pending[stream].WrittenCount > 0)
            {
                Emit(stream, give);
            }

            _come[stream] = _given[stream] = before[stream];
            give(new JobLine(job, stream == 1, string.Empty, missing, _given[0], _given[1]));
        }
    }

    private void Emit(int stream, Action<JobLine> give)
    {
        var text = Encoding.UTF8.GetString(_pending[stream].WrittenSpan);
        _pending[stream].ResetWrittenCount();
        _given[stream] = _come[stream];
        give(new JobLine(job, stream == 1, text.EndsWith('\r') ? text[..^1] : text, 0, _given[0], _given[1]));
    }
}
