using Agentworks.Platforms;
using Agentworks.Ports;

namespace Agentworks.Tests.EndToEnd.Support;

/// <summary>A test on a real nspawn machine; where none can be made, it is skipped and says what is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class MachineFactAttribute : FactAttribute
{
    private static readonly Lazy<string?> Missing = new(() =>
    {
        var readiness = new PlatformRegistry(new ProcessRunner(), TimeProvider.System).Get("nspawn")
            .CheckAsync(CancellationToken.None).GetAwaiter().GetResult();
        return readiness.Ready ? null : $"needs machines of platform nspawn: {readiness.Message}";
    });

    public MachineFactAttribute() => Skip = Missing.Value;
}
