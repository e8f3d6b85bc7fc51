using Agentworks.Platforms.Qemu;
using Agentworks.Ports;

namespace Agentworks.Tests.EndToEnd.Platforms;

/// <summary>A test on a real QEMU machine; where none can be made, it is skipped and says what is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class QemuFactAttribute : FactAttribute
{
    private static readonly Lazy<string?> Missing = new(() =>
    {
        var readiness = new QemuPlatform(new ProcessRunner(), TimeProvider.System).CheckAsync(CancellationToken.None).GetAwaiter().GetResult();
        return readiness.Ready ? null : $"needs machines of platform qemu: {readiness.Message}";
    });

    /// <param name="needsRoot">Because what stands around the machine is made of network namespaces.</param>
    /// <param name="needs">A program besides.</param>
    public QemuFactAttribute(bool needsRoot = false, string? needs = null) => Skip = Missing.Value
        ?? (needsRoot && !Environment.IsPrivilegedProcess ? "needs root" : null)
        ?? (needs is not null && new ProcessRunner().Find(needs) is null ? $"needs {needs}" : null);
}
