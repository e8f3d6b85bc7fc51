using System.Text.RegularExpressions;

namespace Agentworks.Build;

/// <summary>
/// Puts out/Agentworks together: the cmdlets beside the manifest, and what would clash with other modules' assemblies (the engine,
/// third parties, native libraries) in deps/, from where the module resolves it privately.
/// </summary>
internal static partial class ModuleLayout
{
    private static readonly string[] Runtimes =
        ["linux-x64", "linux-arm64", "linux-musl-x64", "osx-x64", "osx-arm64", "win-x64", "win-arm64"];

    /// <returns>How many files were written or removed: 0 when all was up to date.</returns>
    public static int Write(Repository repository)
    {
        var files = Collect(repository);
        var changed = files.Count(file => Copy(file.Value, Path.Combine(repository.Module, file.Key)));
        changed += RemoveOthers(repository.Module, files.Keys);
        return changed + (WriteManifest(repository, files.Keys) ? 1 : 0);
    }

    // Path in the module -> the file that belongs there. The manifest is written last, because it lists the others.
    private static Dictionary<string, string> Collect(Repository repository)
    {
        Dictionary<string, string> files = new(StringComparer.Ordinal)
        {
            ["Agentworks.PowerShell.dll"] = repository.CmdletsAssembly,
            ["Agentworks.PowerShell.pdb"] = Path.ChangeExtension(repository.CmdletsAssembly, ".pdb"),
            ["LICENSE"] = repository.At("LICENSE"),
        };

        // Views lie beside the cmdlets whose objects they show; in the module all are side by side.
        foreach (var file in Directory.EnumerateFiles(repository.CmdletsProject, "*.ps1xml", SearchOption.AllDirectories).Where(file => !IsBuilt(repository, file)))
        {
            files[Path.GetFileName(file)] = file;
        }

        foreach (var file in Directory.EnumerateFiles(Path.Combine(repository.Output, "help")))
        {
            files["en-US/" + Path.GetFileName(file)] = file;
        }

        foreach (var file in Directory.EnumerateFiles(repository.Publish))
        {
            var name = Path.GetFileName(file);
            if (Path.GetExtension(name) is ".dll" or ".pdb" && !name.StartsWith("Agentworks.PowerShell.", StringComparison.Ordinal))
            {
                files["deps/" + name] = file;
            }
        }

        foreach (var runtime in Runtimes)
        {
            var native = Path.Combine(repository.Publish, "runtimes", runtime, "native");
            foreach (var file in Directory.Exists(native) ? Directory.EnumerateFiles(native) : [])
            {
                files[$"deps/runtimes/{runtime}/native/{Path.GetFileName(file)}"] = file;
            }
        }

        return files;
    }

    private static bool IsBuilt(Repository repository, string file) =>
        Path.GetRelativePath(repository.CmdletsProject, file).Split(Path.DirectorySeparatorChar)[0] is "bin" or "obj";

    private static bool Copy(string source, string target)
    {
        FileInfo from = new(source), to = new(target);
        if (to.Exists && to.Length == from.Length && to.LastWriteTimeUtc == from.LastWriteTimeUtc)
        {
            return false;
        }

        to.Directory?.Create();
        // A new inode rather than new bytes in the old one: a pwsh that has the old file mapped keeps it.
        to.Delete();
        from.CopyTo(target);
        return true;
    }

    private static int RemoveOthers(string module, IReadOnlyCollection<string> kept)
    {
        var known = kept.Append(ManifestName).Select(path => Path.GetFullPath(Path.Combine(module, path))).ToHashSet(StringComparer.Ordinal);
        var others = Directory.EnumerateFiles(module, "*", SearchOption.AllDirectories).Where(file => !known.Contains(file)).ToArray();
        Array.ForEach(others, File.Delete);
        return others.Length;
    }

    private const string ManifestName = "Agentworks.psd1";

    // The manifest is the one in the repository with a FileList of what is really there.
    private static bool WriteManifest(Repository repository, IEnumerable<string> files)
    {
        var source = repository.At(ManifestName);
        var text = File.ReadAllText(source);
        var version = VersionLine().Match(text);
        if (version.Groups["version"].Value != repository.Version)
        {
            throw new BuildException($"{source}: ModuleVersion is '{version.Groups["version"].Value}', but Directory.Build.props says {repository.Version}.");
        }

        var list = string.Join('\n', files.Append(ManifestName).Order(StringComparer.Ordinal).Select(file => $"        '{file}'"));
        text = FileList().Replace(text, string.Empty).Insert(version.Index, $"    FileList             = @(\n{list}\n    )\n");
        var target = Path.Combine(repository.Module, ManifestName);
        if (File.Exists(target) && File.ReadAllText(target) == text)
        {
            return false;
        }

        File.WriteAllText(target, text);
        return true;
    }

    [GeneratedRegex(@"^[ \t]*ModuleVersion\s*=\s*'(?<version>[^']+)'", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex VersionLine();

    [GeneratedRegex(@"^[ \t]*FileList\s*=\s*@\([^)]*\)\r?\n", RegexOptions.Multiline, 1000)]
    private static partial Regex FileList();
}
