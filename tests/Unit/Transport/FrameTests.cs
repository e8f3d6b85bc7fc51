using System.Text;
using Agentworks.Transport;

namespace Agentworks.Tests.Unit.Transport;

public sealed class FrameTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(9)]
    [InlineData(10)]
    [InlineData(4096)]
    public void Frames_come_out_as_they_went_in_however_the_stream_is_cut_up(int pieces)
    {
        byte[][] payloads = [[], [1], Encoding.UTF8.GetBytes("text"), new byte[70_000], new byte[300_000], [2, 3]];
        payloads[3][69_999] = 7;
        using var wire = new MemoryStream();
        var queue = new FrameQueue();
        queue.AddRaw("noise\0agentworks-"u8.ToArray());
        queue.AddRaw([.. "noise\n"u8, .. ChannelProgram.Greeting]);
        for (uint i = 0; i < payloads.Length; i++)
        {
            queue.Add(FrameType.Output, i, payloads[i]);
        }

        WriteAll(queue, wire);
        wire.Position = 0;
        var reader = new FrameReader(new SmallPieces(wire, pieces), () => { });

        Assert.True(reader.SkipPast(ChannelProgram.Greeting, 1000));
        for (uint i = 0; i < payloads.Length; i++)
        {
            Assert.True(reader.TryRead(out var type, out var id, out var payload));
            Assert.Equal((FrameType.Output, i), (type, id));
            Assert.True(payload.Span.SequenceEqual(payloads[i]));
        }

        Assert.False(reader.TryRead(out _, out _, out _));
    }

    [Fact]
    public void Endless_noise_is_given_up()
    {
        var reader = new FrameReader(new MemoryStream(new byte[1 << 20]), () => { });

        Assert.False(reader.SkipPast(ChannelProgram.Greeting, 10_000));
    }

    [Fact]
    public void A_frame_cut_short_is_an_end_and_an_impossible_length_is_an_error()
    {
        var half = new FrameReader(new MemoryStream([(byte)'o', 0, 0, 0, 1, 0, 0, 0, 9, 1]), () => { });
        var absurd = new FrameReader(new MemoryStream([(byte)'o', 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff]), () => { });

        Assert.False(half.TryRead(out _, out _, out _));
        Assert.Throws<InvalidDataException>(() => absurd.TryRead(out _, out _, out _));
    }

    [Fact]
    public void A_call_that_was_withdrawn_is_not_sent_and_one_that_was_sent_cannot_be_withdrawn()
    {
        using var wire = new MemoryStream();
        var queue = new FrameQueue();
        var (withdrawn, sent) = (new QuestionCall("a"u8.ToArray()), new QuestionCall("b"u8.ToArray()));
        queue.Add(FrameType.Evaluate, 1, withdrawn.Payload, withdrawn);
        queue.Add(FrameType.Evaluate, 2, sent.Payload, sent);

        Assert.True(withdrawn.TryWithdraw());
        WriteAll(queue, wire);

        Assert.False(sent.TryWithdraw());
        Assert.Equal((false, true), (withdrawn.Sent, sent.Sent));
        wire.Position = 0;
        var reader = new FrameReader(wire, () => { });
        Assert.True(reader.TryRead(out _, out var id, out _));
        Assert.Equal(2u, id);
        Assert.False(reader.TryRead(out _, out _, out _));
    }

    [Fact]
    public void The_program_fits_a_few_packets_and_its_command_line_holds_nothing_but_itself()
    {
        Assert.InRange(ChannelProgram.Source.Length, 1000, 24_000);
        Assert.Equal(ChannelProgram.CommandLine(sudo: false), ChannelProgram.CommandLine(sudo: true).Replace("sudo -n ", string.Empty, StringComparison.Ordinal));
        Assert.Equal(-1, ChannelProgram.Source.AsSpan().IndexOf(ChannelProgram.Greeting));
    }

    // The queue is written on until it is completed, which drops what is left: so the end is awaited first.
    private static void WriteAll(FrameQueue queue, MemoryStream wire)
    {
        var end = new QuestionCall(default);
        queue.Add(FrameType.Ping, 0, default, end);
        using var stream = new EndingStream(wire, queue, () => end.Sent);
        queue.WriteTo(stream);
        wire.SetLength(wire.Length - FrameReader.HeaderLength);
    }

    private sealed class EndingStream(MemoryStream inner, FrameQueue queue, Func<bool> ended) : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => inner.Write(buffer);

        public override void Flush()
        {
            if (ended())
            {
                queue.Complete();
            }
        }
    }

    private sealed class SmallPieces(Stream inner, int size) : MemoryStream
    {
        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, Math.Min(count, size));
    }
}
