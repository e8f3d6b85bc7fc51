namespace Agentworks.Build.Help;

/// <summary>Holds a page against the cmdlet that it is about. Findings read "file:line: what is wrong".</summary>
internal static class PageChecker
{
    private static readonly string[] Required = ["SYNOPSIS", "DESCRIPTION", "EXAMPLES", "PARAMETERS", "INPUTS", "OUTPUTS", "RELATED LINKS"];

    public static IEnumerable<string> Check(HelpPage page, Cmdlet cmdlet)
    {
        if (page.Title != cmdlet.Name)
        {
            yield return $"{page.File}:1: the title is '{page.Title}', not '{cmdlet.Name}'";
        }

        foreach (var section in Required.Where(section => !page.Sections.ContainsKey(section)))
        {
            yield return $"{page.File}:1: there is no section '## {section}'";
        }

        if (page.Sections.TryGetValue("EXAMPLES", out var line) && page.Examples.Count < 2)
        {
            yield return $"{page.File}:{line}: there are {page.Examples.Count} examples; two is the least";
        }

        foreach (var example in page.Examples.Where(example => example.Code.Length == 0))
        {
            yield return $"{page.File}:{example.Line}: the example '{example.Title}' has no code";
        }

        var documented = page.Parameters.ToDictionary(item => item.Name.TrimStart('-'), StringComparer.OrdinalIgnoreCase);
        foreach (var item in documented.Where(item => !cmdlet.Parameters.Any(parameter => item.Key.Equals(parameter.Name, StringComparison.OrdinalIgnoreCase))))
        {
            yield return $"{page.File}:{item.Value.Line}: {cmdlet.Name} has no parameter {item.Value.Name}";
        }

        foreach (var item in page.Parameters.Where(item => item.Text.Count == 0))
        {
            yield return $"{page.File}:{item.Line}: nothing is said about {item.Name}";
        }

        foreach (var missing in cmdlet.Parameters.Where(parameter => !documented.ContainsKey(parameter.Name)))
        {
            yield return $"{page.File}:{page.Sections.GetValueOrDefault("PARAMETERS", 1)}: the parameter -{missing.Name} is not described";
        }
    }
}
