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
        return value switch
        {
            TimeSpan or null => value,
            string text when !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _) => value,
            IConvertible number => TimeSpan.FromSeconds(Convert.ToDouble(number, CultureInfo.InvariantCulture)),
            _ => value,
        };
    }
}
