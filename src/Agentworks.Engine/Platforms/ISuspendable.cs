namespace Agentworks.Platforms;

/// <summary>A platform that can stop the processors of a machine and let them go on where they were. A machine that is so already is left alone.</summary>
public interface ISuspendable
{
    Task SuspendAsync(PlatformMachine machine, CancellationToken cancellationToken);

    Task ResumeAsync(PlatformMachine machine, CancellationToken cancellationToken);
}
