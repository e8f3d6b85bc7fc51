using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Agentworks.Build.Help;

/// <summary>Writes pages as MAML, the XML that Get-Help reads.</summary>
internal static partial class MamlWriter
{
    private static readonly XNamespace Msh = "http://msh";
    private static readonly XNamespace Maml = "http://schemas.microsoft.com/maml/2004/10";
    private static readonly XNamespace Command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
    private static readonly XNamespace Dev = "http://schemas.microsoft.com/maml/dev/2004/10";

    // Cmdlets that change things have these from PowerShell itself.
    private static readonly (CmdletParameter Parameter, string Text)[] ShouldProcess =
    [
        (Switch("WhatIf", "wi"), "Shows what would happen and changes nothing."),
        (Switch("Confirm", "cf"), "Asks before each change."),
    ];

    public static string Write(IEnumerable<(HelpPage Page, Cmdlet Cmdlet)> pages)
    {
        var root = new XElement(
            Msh + "helpItems",
            new XAttribute("schema", "maml"),
            new XAttribute(XNamespace.Xmlns + "maml", Maml),
            new XAttribute(XNamespace.Xmlns + "command", Command),
            new XAttribute(XNamespace.Xmlns + "dev", Dev),
            pages.OrderBy(pair => pair.Cmdlet.Name, StringComparer.Ordinal).Select(pair => Describe(pair.Page, pair.Cmdlet)));
        return new XDeclaration("1.0", "utf-8", null) + "\n" + root + "\n";
    }

    private static XElement Describe(HelpPage page, Cmdlet cmdlet) => new(
        Command + "command",
        new XElement(
            Command + "details",
            new XElement(Command + "name", cmdlet.Name),
            new XElement(Command + "verb", cmdlet.Verb),
            new XElement(Command + "noun", cmdlet.Noun),
            new XElement(Maml + "description", Paragraph(page.Synopsis))),
        new XElement(Maml + "description", page.Description.Select(Paragraph)),
        new XElement(Command + "syntax", cmdlet.Sets.Select(set => Syntax(cmdlet, set))),
        new XElement(Command + "parameters", Parameters(page, cmdlet)),
        new XElement(Command + "inputTypes", page.Inputs.Select(item => Typed("inputType", item))),
        new XElement(Command + "returnValues", page.Outputs.Select(item => Typed("returnValue", item))),
        new XElement(Maml + "alertSet", new XElement(Maml + "alert", page.Notes.Select(Paragraph))),
        new XElement(Command + "examples", page.Examples.Select(Example)),
        new XElement(Command + "relatedLinks", page.Links.Select(Link)));

    private static XElement Syntax(Cmdlet cmdlet, string set)
    {
        var parameters =
            from parameter in cmdlet.Parameters
            let use = parameter.UseIn(set)
            where use is not null
            orderby use.Position ?? int.MaxValue, !use.Mandatory
            select Parameter(parameter, use, text: null);
        return new XElement(
            Command + "syntaxItem",
            new XElement(Maml + "name", cmdlet.Name),
            parameters,
            Common(cmdlet).Select(common => Parameter(common.Parameter, common.Parameter.UseIn(set)!, text: null)));
    }

    private static IEnumerable<XElement> Parameters(HelpPage page, Cmdlet cmdlet)
    {
        var texts = page.Parameters.ToDictionary(item => item.Name.TrimStart('-'), item => item.Text, StringComparer.OrdinalIgnoreCase);
        return cmdlet.Parameters
            .OrderBy(parameter => parameter.Name, StringComparer.Ordinal)
            .Select(parameter => Parameter(parameter, Merge(parameter), texts[parameter.Name]))
            .Concat(Common(cmdlet).Select(common => Parameter(common.Parameter, Merge(common.Parameter), [common.Text])));
    }

    private static (CmdletParameter Parameter, string Text)[] Common(Cmdlet cmdlet) => cmdlet.ShouldProcess ? ShouldProcess : [];

    // One description serves all sets: mandatory where all agree, taken from the pipeline where any does.
    private static ParameterUse Merge(CmdletParameter parameter) => new(
        parameter.Uses.Values.All(use => use.Mandatory),
        parameter.Uses.Values.Min(use => use.Position),
        parameter.Uses.Values.Any(use => use.FromPipeline),
        parameter.Uses.Values.Any(use => use.FromPipelineByName));

    private static XElement Parameter(CmdletParameter parameter, ParameterUse use, IReadOnlyList<string>? text)
    {
        var value = new XElement(
            Command + "parameterValue",
            new XAttribute("required", !parameter.IsSwitch),
            new XAttribute("variableLength", parameter.Type.EndsWith("[]", StringComparison.Ordinal)),
            parameter.Type);
        var element = new XElement(
            Command + "parameter",
            new XAttribute("required", use.Mandatory),
            new XAttribute("variableLength", parameter.Type.EndsWith("[]", StringComparison.Ordinal)),
            new XAttribute("globbing", parameter.Wildcards),
            new XAttribute("pipelineInput", Pipeline(use)),
            new XAttribute("position", use.Position is { } position ? position.ToString(CultureInfo.InvariantCulture) : "named"),
            new XAttribute("aliases", parameter.Aliases.Count == 0 ? "none" : string.Join(", ", parameter.Aliases)),
            new XElement(Maml + "name", parameter.Name),
            text is null ? null : new XElement(Maml + "description", text.Select(Paragraph)));
        if (parameter.Values.Count > 0)
        {
            element.Add(new XElement(
                Command + "parameterValueGroup",
                parameter.Values.Select(allowed => new XElement(Command + "parameterValue", new XAttribute("required", false), allowed))));
        }

        if (!parameter.IsSwitch || text is not null)
        {
            element.Add(value);
        }

        if (text is not null && DefaultValue().Match(string.Join(' ', text)) is { Success: true } stated)
        {
            element.Add(new XElement(Dev + "defaultValue", stated.Groups["value"].Value));
        }

        element.Add(new XElement(Dev + "type", new XElement(Maml + "name", parameter.Type)));
        return element;
    }

    private static string Pipeline(ParameterUse use) => (use.FromPipeline, use.FromPipelineByName) switch
    {
        (true, true) => "True (ByValue, ByPropertyName)",
        (true, false) => "True (ByValue)",
        (false, true) => "True (ByPropertyName)",
        _ => "False",
    };

    private static XElement Example(HelpExample example, int index) => new(
        Command + "example",
        new XElement(Maml + "title", $"Example {index + 1}: {example.Title}"),
        new XElement(Dev + "code", example.Code),
        new XElement(Dev + "remarks", example.Remarks.Select(Paragraph)));

    private static XElement Typed(string element, HelpItem item) => new(
        Command + element,
        new XElement(Dev + "type", new XElement(Maml + "name", item.Name)),
        new XElement(Maml + "description", item.Text.Select(Paragraph)));

    private static XElement Link(KeyValuePair<string, string> link) => new(
        Maml + "navigationLink", new XElement(Maml + "linkText", link.Key), new XElement(Maml + "uri", link.Value));

    private static XElement Paragraph(string text) => new(Maml + "para", text);

    // The assembly does not tell defaults; the pages do, as "Default: 30."
    [GeneratedRegex(@"Default: (?<value>[^.]+)\.$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex DefaultValue();

    private static CmdletParameter Switch(string name, string alias) => new()
    {
        Name = name,
        Type = "SwitchParameter",
        Aliases = [alias],
        Wildcards = false,
        Values = [],
        Uses = new Dictionary<string, ParameterUse>(StringComparer.Ordinal) { [Cmdlet.AllSets] = new(false, null, false, false) },
    };
}
