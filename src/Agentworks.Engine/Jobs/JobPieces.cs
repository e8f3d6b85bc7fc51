using Agentworks.Model;

namespace Agentworks.Jobs;

/// <summary>What a job wrote, byte by byte. It holds no more than the job's limit.</summary>
internal sealed class JobPieces(long output, long error)
{
    private readonly MemoryStream[] _data = [new(), new()];
    private readonly long[] _come = [output, error];
    private readonly long[] _dropped = new long[2];

    public long Come(int stream) => _come[stream];

    public void Add(JobFrame frame)
    {
        if (frame.Stream == 2)
        {
            if (JobReport.Parse(System.Text.Encoding.UTF8.GetString(frame.Data.Span).TrimEnd('\n')) is { State: not JobState.Running } report)
            {
                Miss(report.OutputLength, report.ErrorLength);
            }

            return;
        }

        Miss(frame.Output, frame.Error);
        var known = (int)Math.Clamp(_come[frame.Stream] - frame.Position, 0, frame.Data.Length);
        _data[frame.Stream].Write(frame.Data.Span[known..]);
        _come[frame.Stream] += frame.Data.Length - known;
    }

    public AgwJobOutput ToModel(AgwJob job) => new()
    {
        Job = job.Name,
        Workspace = job.Workspace,
        Vm = job.Vm,
        JobId = job.Id,
        OutputBytes = Bytes(0),
        ErrorBytes = Bytes(1),
        DroppedOutputLength = _dropped[0],
        DroppedErrorLength = _dropped[1],
        OutputPosition = _come[0],
        ErrorPosition = _come[1],
    };

    private ReadOnlyMemory<byte> Bytes(int stream) => _data[stream].GetBuffer().AsMemory(0, (int)_data[stream].Length);

    private void Miss(long outputBefore, long errorBefore)
    {
        Span<long> before = [outputBefore, errorBefore];
        for (var stream = 0; stream < 2; stream++)
        {
            if (before[stream] > _come[stream])
            {
                _dropped[stream] += before[stream] - _come[stream];
                _come[stream] = before[stream];
            }
        }
    }
}
