namespace Agentworks.Ports;

/// <summary>Runs local programs.</summary>
public interface IProcessRunner
{
    /// <summary>Runs to the end with captured output. Cancelling kills the process and its children.</summary>
    Task<ProcessResult> RunAsync(string fileName, IReadOnlyList<string> arguments, ProcessOptions? options, CancellationToken cancellationToken);

    /// <summary>The full path of a program on PATH (and /usr/sbin, /sbin), or null.</summary>
    string? Find(string program);
}
