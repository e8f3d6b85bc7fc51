namespace Agentworks.Tests.Unit.Toml;

/// <summary>Runs only when AGENTWORKS_TOML_TEST names the "tests" folder of a checkout of github.com/toml-lang/toml-test.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class TomlCorpusFactAttribute : FactAttribute
{
    private const string Variable = "AGENTWORKS_TOML_TEST";
    private const string List = "files-toml-1.0.0";

    public TomlCorpusFactAttribute()
    {
        if (!File.Exists(ListFile))
        {
            Skip = $"{Variable} does not name a folder that holds {List}: the tests folder of github.com/toml-lang/toml-test.";
        }
    }

    public static string Folder => Environment.GetEnvironmentVariable(Variable) ?? string.Empty;

    public static string ListFile => Path.Combine(Folder, List);
}
