using System.Globalization;
using System.Management.Automation;
using Agentworks.Errors;

namespace Agentworks.PowerShell;

/// <summary>
/// Names things of one kind: by name, by wildcard pattern, or by the thing itself, also one cut down by Select-Object or read from a file.
/// What cannot be used is kept and reported when it is used, so that it becomes an error of its own input, not of binding.
/// </summary>
public abstract class NameArgument
{
    private static readonly string[] Nouns = ["Vm", "VmHost", "Workspace", "Agent", "Session", "Console", "Job", "Snapshot"];

    private protected NameArgument(object? value, string noun)
    {
        Noun = noun;
        Input = value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;
        if (Input is string or ValueType)
        {
            Name = Convert.ToString(Input, CultureInfo.InvariantCulture);
        }
        else if (value is not null)
        {
            var thing = PSObject.AsPSObject(value);

            // Selected.Agentworks.Model.AgwVm and Deserialized.… keep the last part of the name.
            var kind = Nouns.FirstOrDefault(n => thing.TypeNames.Any(t => t.EndsWith(".Agw" + n, StringComparison.Ordinal)));
            var own = thing.Properties[noun]?.Value?.ToString();
            if (kind is null || kind == noun)
            {
                Name = own ?? thing.Properties["Name"]?.Value?.ToString();
            }
            else
            {
                Foreign = kind;
                Owner = own;
                KnowsOwner = thing.Properties[noun] is not null;
            }
        }
    }

    /// <summary>What the operator gave.</summary>
    public object? Input { get; }

    /// <summary>Null when <see cref="Input"/> names nothing of this kind.</summary>
    public string? Name { get; }

    /// <summary>
    /// When a thing of another kind was given: the name of the thing of this kind that it belongs to, if it says so. Good enough for
    /// looking, never for changing.
    /// </summary>
    public string? Owner { get; }

    /// <summary>Whether a thing of another kind says what it belongs to, be it nothing: a session of the admin has no agent.</summary>
    public bool KnowsOwner { get; }

    public bool IsPattern => Input is string text && WildcardPattern.ContainsWildcardCharacters(text);

    /// <summary>The kind of thing, without Agw.</summary>
    private protected string Noun { get; }

    /// <summary>The noun of another kind of thing that was given instead; null when it is nothing of ours.</summary>
    internal string? Foreign { get; }

    public override string ToString() => Name ?? string.Empty;

    /// <summary>Why nothing is named; null when something is.</summary>
    internal AgentworksException? GetProblem()
    {
        if (!string.IsNullOrEmpty(Name))
        {
            return null;
        }
        var wanted = $"Agw{Noun}";
        if (Foreign is null)
        {
            return new WrongKindException($"This names no {wanted}: it has neither a property {Noun} nor Name.") { Target = Input };
        }
        return new WrongKindException($"Agw{Foreign} '{ShownName.Of(Input?.ToString())}' is not an {wanted}.")
        {
            Target = Input,
            Recommendation = CanFilterBy(Noun, Foreign)
                ? $"Get those that belong to it with: Get-{wanted} -{Foreign} {Input}"
                : $"Give a name, such as the property {Noun} of the Agw{Foreign}.",
        };
    }

    private static bool CanFilterBy(string noun, string by) => (noun, by) switch
    {
        ("Session", "Console" or "Job") => false,
        ("Session", _) => true,
        ("Job", "Vm" or "Workspace" or "Agent") => true,
        ("Console", "Vm" or "Workspace" or "Agent") => true,
        ("Workspace" or "Agent", "Vm") => true,
        ("Workspace", "Agent") or ("Agent", "Workspace") => true,
        _ => false,
    };
}
