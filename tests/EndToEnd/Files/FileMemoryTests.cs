using Agentworks.Files;
using Agentworks.Tests.EndToEnd.Support;

namespace Agentworks.Tests.EndToEnd.Files;

/// <summary>However many and however large the files of a workspace are, this process stays small.</summary>
[Collection("alone")]
public sealed class FileMemoryTests(MachineFixture machine) : FileGroundTests(machine, "bulk")
{
    [MachineFact]
    public async Task A_hundred_thousand_files_are_listed_in_a_stream()
    {
        await RunAsync("mkdir many && cd many && seq 1 100000 | xargs touch");
        var (count, before, most) = (0, GC.GetTotalMemory(forceFullCollection: true), 0L);
        await foreach (var outcome in Files.ListAsync(Place, new ListFiles { Paths = ["many"] }, CancellationToken.None))
        {
            Assert.Null(outcome.Error);
            if (++count % 20_000 == 0)
            {
                most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - before);
            }
        }

        Assert.Equal(100_000, count);
        Assert.InRange(most, long.MinValue, 32 << 20);
    }

    [MachineFact]
    public async Task A_gibibyte_goes_through_without_being_held()
    {
        const long Size = 1L << 30;
        await RunAsync("truncate -s 1G large");
        var length = 0L;
        var growth = await HeldMemory.GrowthAsync(() => Files.ReadAsync(
            Place,
            new ReadFile("large"),
            _ => ValueTask.CompletedTask,
            data =>
            {
                length += data.Length;
                return ValueTask.CompletedTask;
            },
            CancellationToken.None));
        Assert.Equal(Size, length);
        Assert.InRange(growth, 0, 100 << 20);
        growth = await HeldMemory.GrowthAsync(async () => length = (await Files.WriteAsync(Place, new WriteFile { Path = "large" }, new Zeros(Size), CancellationToken.None)).Length);
        Assert.Equal(Size, length);
        Assert.InRange(growth, 0, 100 << 20);
        await RunAsync("rm large");
    }

    private sealed class Zeros(long length) : Stream
    {
        private long _position;

        public override bool CanRead => true;
        public override bool CanSeek => true;
        public override bool CanWrite => false;
        public override long Length => length;
        public override long Position { get => _position; set => _position = value; }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = (int)Math.Min(count, length - _position);
            Array.Clear(buffer, offset, read);
            _position += read;
            return read;
        }

        public override void Flush() => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
