using System.Collections;
using System.Reflection;

namespace Agentworks.Backups;

/// <summary>Whether a record read from JSON has everything that its type promises: the reader itself lets null pass for anything.</summary>
internal static class WholeRecord
{
    public static bool Is(object? value) => value switch
    {
        null => false,
        string => true,
        IEnumerable list => list.Cast<object?>().All(Is),
        _ when value.GetType().IsValueType => true,
        _ => Properties(value).All(property => property.GetValue(value) is { } inner ? Is(inner) : MayBeNull(property)),
    };

    private static IEnumerable<PropertyInfo> Properties(object record) =>
        record.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite);

    private static bool MayBeNull(PropertyInfo property) => new NullabilityInfoContext().Create(property).ReadState == NullabilityState.Nullable;
}
