namespace Agentworks.Config;

/// <summary>[system_install_commands.NAME] and [user_install_commands.NAME]: a shell command that installs something.</summary>
public sealed record InstallCommand : CatalogEntry
{
    public required string Command { get; init; }

    /// <summary>Folders to put on PATH; ~ is the home of the user it is installed for.</summary>
    public required IReadOnlyList<string> Path { get; init; }

    /// <summary>Present when this command is found. At most one of the three tests is set.</summary>
    public string? TestExec { get; init; }

    /// <summary>Present when this file is.</summary>
    public string? TestFile { get; init; }

    /// <summary>Present when this folder is.</summary>
    public string? TestDir { get; init; }

    internal static InstallCommand Read(ConfigSection section)
    {
        section.Removed("test", "it has become three: use test_exec, test_file or test_dir.");
        var read = new InstallCommand
        {
            Name = section.Name,
            Description = section.Text("description") ?? string.Empty,
            Command = section.Required("command"),
            Path = section.Texts("path", ConfigRules.OneLine) ?? [],
            TestExec = section.TextOrNone("test_exec", ConfigRules.Argument),
            TestFile = section.TextOrNone("test_file", ConfigRules.OneLine),
            TestDir = section.TextOrNone("test_dir", ConfigRules.OneLine),
        };
        var tests = new[] { read.TestExec, read.TestFile, read.TestDir };
        if (tests.Count(t => t is not null) > 1)
        {
            throw section.Context.Fail(section.Table, "only one of test_exec, test_file and test_dir can be set.");
        }

        section.Finish();
        return read;
    }
}
