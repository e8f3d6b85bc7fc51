namespace Agentworks.Build.Help;

/// <summary>Makes what Get-Help reads out of the pages in docs/help. Syntax and the facts about parameters come from the cmdlets themselves.</summary>
internal static class HelpCompiler
{
    /// <exception cref="BuildException">A page is missing or wrong; the message has a line for each finding.</exception>
    public static void Compile(string assemblyPath, string pagesFolder, string outputFolder)
    {
        var cmdlets = CmdletReader.Read(assemblyPath).ToDictionary(cmdlet => cmdlet.Name, StringComparer.OrdinalIgnoreCase);
        var files = Directory.GetFiles(pagesFolder, "*.md").ToLookup(file => Path.GetFileName(file).StartsWith("about_", StringComparison.Ordinal));
        var pages = files[false].Select(file => PageReader.Read(Path.GetRelativePath(Environment.CurrentDirectory, file), File.ReadAllText(file))).ToArray();

        List<string> findings = [];
        foreach (var page in pages)
        {
            var name = Path.GetFileNameWithoutExtension(page.File);
            findings.AddRange(cmdlets.TryGetValue(name, out var cmdlet) ? PageChecker.Check(page, cmdlet) : [$"{page.File}:1: there is no cmdlet {name}"]);
        }

        var written = pages.Select(page => Path.GetFileNameWithoutExtension(page.File)).ToHashSet(StringComparer.OrdinalIgnoreCase);
        findings.AddRange(cmdlets.Keys.Where(name => !written.Contains(name)).Select(name => $"{Path.Combine(pagesFolder, name)}.md:1: the page is missing"));
        if (findings.Count > 0)
        {
            throw new BuildException(string.Join(Environment.NewLine, findings));
        }

        Directory.CreateDirectory(outputFolder);
        WriteIfChanged(Path.Combine(outputFolder, Path.GetFileName(assemblyPath) + "-Help.xml"), MamlWriter.Write(pages.Select(page => (page, cmdlets[page.Title]))));
        foreach (var file in files[true])
        {
            WriteIfChanged(Path.Combine(outputFolder, Path.GetFileNameWithoutExtension(file) + ".help.txt"), AboutWriter.Write(File.ReadAllText(file)));
        }
    }

    // Leaves the time of an unchanged file alone, so that the module's copy of it counts as current.
    private static void WriteIfChanged(string path, string text)
    {
        if (!File.Exists(path) || File.ReadAllText(path) != text)
        {
            File.WriteAllText(path, text);
        }
    }
}
