using System.Reflection;
using System.Runtime.InteropServices;

namespace Agentworks.Build.Help;

/// <summary>Reads cmdlets out of an assembly's metadata, without PowerShell and without running any of it.</summary>
internal static class CmdletReader
{
    private const string Automation = "System.Management.Automation.";

    public static IReadOnlyList<Cmdlet> Read(string assemblyPath)
    {
        // One file per assembly name; what lies beside the assembly wins over what this program and its runtime carry.
        string[] folders = [Path.GetDirectoryName(assemblyPath)!, AppContext.BaseDirectory, RuntimeEnvironment.GetRuntimeDirectory()];
        var files = folders.SelectMany(folder => Directory.EnumerateFiles(folder, "*.dll")).DistinctBy(Path.GetFileName, StringComparer.OrdinalIgnoreCase);
        using var context = new MetadataLoadContext(new PathAssemblyResolver(files));
        return [.. context.LoadFromAssemblyPath(assemblyPath).GetTypes().Select(Describe).OfType<Cmdlet>().OrderBy(cmdlet => cmdlet.Name, StringComparer.Ordinal)];
    }

    private static Cmdlet? Describe(Type type)
    {
        if (type.IsAbstract || Find(type.GetCustomAttributesData(), "CmdletAttribute").FirstOrDefault() is not { } declaration)
        {
            return null;
        }

        var parameters = type.GetProperties().Select(Describe).OfType<CmdletParameter>().ToArray();
        // The default set need not have a parameter of its own.
        var defaultSet = Named<string>(declaration, "DefaultParameterSetName");
        var sets = parameters.SelectMany(parameter => parameter.Uses.Keys).Append(defaultSet ?? Cmdlet.AllSets)
            .Where(set => set != Cmdlet.AllSets).Distinct(StringComparer.Ordinal).ToArray();
        return new Cmdlet
        {
            Verb = (string)declaration.ConstructorArguments[0].Value!,
            Noun = (string)declaration.ConstructorArguments[1].Value!,
            Parameters = parameters,
            Sets = sets.Length == 0 ? [Cmdlet.AllSets] : [.. sets.OrderByDescending(set => set == defaultSet)],
            ShouldProcess = Named<bool>(declaration, "SupportsShouldProcess"),
        };
    }

    private static CmdletParameter? Describe(PropertyInfo property)
    {
        var attributes = property.GetCustomAttributesData();
        var uses = Find(attributes, "ParameterAttribute").ToArray();
        if (uses.Length == 0 || uses.Any(use => Named<bool>(use, "DontShow")))
        {
            return null;
        }

        return new CmdletParameter
        {
            Name = property.Name,
            Type = NameOf(property.PropertyType),
            Aliases = Strings(attributes, "AliasAttribute"),
            Wildcards = Find(attributes, "SupportsWildcardsAttribute").Any(),
            Values = property.PropertyType.IsEnum ? property.PropertyType.GetEnumNames() : Strings(attributes, "ValidateSetAttribute"),
            Uses = uses.ToDictionary(use => Named<string>(use, "ParameterSetName") ?? Cmdlet.AllSets, Describe, StringComparer.Ordinal),
        };
    }

    private static ParameterUse Describe(CustomAttributeData use) => new(
        Named<bool>(use, "Mandatory"),
        use.NamedArguments.Any(argument => argument.MemberName == "Position") ? Named<int>(use, "Position") : null,
        Named<bool>(use, "ValueFromPipeline"),
        Named<bool>(use, "ValueFromPipelineByPropertyName"));

    private static IEnumerable<CustomAttributeData> Find(IEnumerable<CustomAttributeData> attributes, string name) =>
        attributes.Where(attribute => attribute.AttributeType.FullName == Automation + name);

    private static T? Named<T>(CustomAttributeData attribute, string name) =>
        attribute.NamedArguments.FirstOrDefault(argument => argument.MemberName == name).TypedValue.Value is T value ? value : default;

    private static string[] Strings(IEnumerable<CustomAttributeData> attributes, string name) =>
        [.. Find(attributes, name)
            .SelectMany(attribute => attribute.ConstructorArguments)
            .SelectMany(argument => argument.Value as IEnumerable<CustomAttributeTypedArgument> ?? [argument])
            .Select(argument => argument.Value)
            .OfType<string>()];

    private static string NameOf(Type type)
    {
        if (type.IsArray)
        {
            return NameOf(type.GetElementType()!) + "[]";
        }

        var inner = type.IsGenericType && type.GetGenericTypeDefinition().FullName == "System.Nullable`1" ? type.GetGenericArguments()[0] : type;
        return inner.Name;
    }
}
