using System.Buffers.Binary;
using Agentworks.Errors;
using Agentworks.Model;

namespace Agentworks.Files;

/// <summary>What became of each request that changes something. The first word about each counts: it may be sent again after a cut.</summary>
internal sealed class FileResults(FileGround ground)
{
    private readonly Dictionary<uint, AgwFile?> _done = [];
    private readonly Dictionary<uint, AgentworksException> _failed = [];

    private readonly Dictionary<uint, string> _bases = [];

    /// <summary>Where what followed a base was put; null where the base failed.</summary>
    public string? Base(uint number) => _bases.GetValueOrDefault(number);

    /// <summary>Whether a request did what it was to do.</summary>
    public bool IsDone(uint number) => _done.ContainsKey(number);

    /// <summary>Why nothing at all could be done; null when it could.</summary>
    public AgentworksException? Whole => _failed.GetValueOrDefault(uint.MaxValue);

    public ValueTask Add(char type, ReadOnlyMemory<byte> payload)
    {
        var data = payload.Span;
        switch (type)
        {
            case 'w':
                var number = BinaryPrimitives.ReadUInt32BigEndian(data);
                data = data[4..];
                _done[number] = data.Length == 0 ? null : ground.ToModel(FileEntry.Read(ref data));
                _failed.Remove(number);
                break;
            case 'b':
                _bases[BinaryPrimitives.ReadUInt32BigEndian(data)] = MachinePath.Decode(data[4..]);
                break;
            case 'X':
                var (of, failure) = FileFailure.Read(data, ground);
                if (!_done.ContainsKey(of))
                {
                    _failed[of] = failure;
                }

                break;
        }

        return ValueTask.CompletedTask;
    }

    public AgentworksException? Failure(uint number) => _failed.GetValueOrDefault(number);

    /// <summary>What was made; null when there is nothing to show of it.</summary>
    /// <exception cref="AgentworksException">It failed.</exception>
    public AgwFile? Find(uint number) =>
        _done.TryGetValue(number, out var file) ? file
        : throw (_failed.GetValueOrDefault(number) ?? _failed.GetValueOrDefault(uint.MaxValue) ?? new RemoteCommandException("The machine did not say what became of it."));

    public AgwFile Require(uint number) => Find(number) ?? throw new RemoteCommandException("The machine did not say what it made.");
}
