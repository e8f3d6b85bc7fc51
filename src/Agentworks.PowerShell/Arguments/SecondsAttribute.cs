using System.Globalization;
using System.Management.Automation;

namespace Agentworks.PowerShell;

/// <summary>Reads a number as seconds, where PowerShell alone would read it as ticks.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SecondsAttribute : ArgumentTransformationAttribute
{
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        var value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        var time = value switch
        {
            string text when !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _) => TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var span) ? span : value,
            IConvertible number => TimeSpan.FromSeconds(Convert.ToDouble(number, CultureInfo.InvariantCulture)),
            _ => value,
        };
        return time is TimeSpan { Ticks: < 0 } ? throw new ArgumentTransformationMetadataException("A time that something may take cannot be negative.") : time;
    }
}
