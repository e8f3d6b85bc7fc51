namespace Agentworks.Platforms.Qemu;

public sealed partial class QemuPlatform : IMachineLogs
{
    public IReadOnlyList<string> FilesOf(PlatformMachine machine, MachineLogKind kind)
    {
        var paths = layout.For(machine.Spec.Id);
        string[] files = kind switch
        {
            MachineLogKind.Console => [paths.OldConsole, paths.Console],
            MachineLogKind.Hypervisor => [paths.Log],
            MachineLogKind.Network => [paths.UplinkLog, paths.ResolverLog],
            _ => [],
        };
        return [.. files.Where(f => new FileInfo(f) is { Exists: true, Length: > 0 })];
    }
}
