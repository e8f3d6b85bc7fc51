using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace Agentworks.PowerShell.Module;

/// <summary>
/// Keeps the engine and its packages in a load context of their own, so that another module's versions of them never clash with
/// ours. Only the engine is visible from outside; everything else is resolved within.
/// </summary>
internal sealed class DependencyContext : AssemblyLoadContext
{
    private const string EngineName = "Agentworks.Engine";

    // Assemblies cannot be unloaded from a shell, so a process has one context, however often the module is imported.
    private static readonly Lazy<DependencyContext> Instance = new(() => new DependencyContext());
    private static int _imports;

    private readonly string _folder = Path.Combine(Path.GetDirectoryName(typeof(DependencyContext).Assembly.Location)!, "deps");

    private DependencyContext()
        : base("Agentworks")
    {
    }

    /// <summary>Each runspace that imports the module counts; the first one hooks.</summary>
    public static void Hook()
    {
        if (Interlocked.Increment(ref _imports) == 1)
        {
            Default.Resolving += ResolveEngine;
        }
    }

    public static void Unhook()
    {
        if (Interlocked.Decrement(ref _imports) == 0)
        {
            Default.Resolving -= ResolveEngine;
        }
    }

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        var path = Path.Combine(_folder, assemblyName.Name + ".dll");
        return File.Exists(path) ? LoadFromAssemblyPath(path) : null;
    }

    protected override nint LoadUnmanagedDll(string unmanagedDllName)
    {
        var path = NativeCandidates(unmanagedDllName).FirstOrDefault(File.Exists);
        return path is null ? nint.Zero : LoadUnmanagedDllFromPath(path);
    }

    private static Assembly? ResolveEngine(AssemblyLoadContext context, AssemblyName name) =>
        name.Name == EngineName ? Instance.Value.LoadFromAssemblyName(name) : null;

    private IEnumerable<string> NativeCandidates(string name)
    {
        var architecture = RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
        var (system, prefix, suffix) =
            OperatingSystem.IsWindows() ? ("win", string.Empty, ".dll")
            : OperatingSystem.IsMacOS() ? ("osx", "lib", ".dylib")
            : (RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal) ? "linux-musl" : "linux", "lib", ".so");
        string[] folders =
        [
            Path.Combine(_folder, "runtimes", RuntimeInformation.RuntimeIdentifier, "native"),
            Path.Combine(_folder, "runtimes", $"{system}-{architecture}", "native"),
            _folder,
        ];
        return folders.SelectMany(_ => new[] { prefix + name + suffix, name + suffix, name }, Path.Combine);
    }
}
