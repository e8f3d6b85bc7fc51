using Agentworks.Ports;

namespace Agentworks.Tests.EndToEnd.Platforms;

/// <summary>This computer's programs, but one of them is another, or is not there.</summary>
internal sealed class StandIn(IProcessRunner others, string program, string? path) : IProcessRunner
{
    public Task<ProcessResult> RunAsync(string fileName, IReadOnlyList<string> arguments, ProcessOptions? options, CancellationToken cancellationToken) =>
        others.RunAsync(fileName, arguments, options, cancellationToken);

    public string? Find(string name) => name == program ? path : others.Find(name);
}
