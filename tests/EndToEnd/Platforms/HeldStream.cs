namespace Agentworks.Tests.EndToEnd.Platforms;

/// <summary>Standard input for a program that shall run until the test lets it go: one line then, and the end.</summary>
internal sealed class HeldStream : MemoryStream
{
    private readonly TaskCompletionSource released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public HeldStream()
        : base("go\n"u8.ToArray())
    {
    }

    public void LetGo() => released.TrySetResult();

    public override async Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
    {
        await released.Task.WaitAsync(cancellationToken);
        await base.CopyToAsync(destination, bufferSize, cancellationToken);
    }
}
