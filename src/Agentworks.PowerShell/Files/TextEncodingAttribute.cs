using System.Globalization;
using System.Management.Automation;
using System.Text;

namespace Agentworks.PowerShell;

/// <summary>Reads the names that PowerShell has for encodings, besides those of .NET and numbers of code pages.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class TextEncodingAttribute : ArgumentTransformationAttribute
{
    internal static readonly string[] Names = ["utf8", "utf8BOM", "utf8NoBOM", "ascii", "latin1", "unicode", "bigendianunicode", "utf32", "bigendianutf32"];

    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        var value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return value switch
        {
            string name => Find(name),
            int page => Find(page.ToString(CultureInfo.InvariantCulture)),
            _ => value,
        };
    }

    private static Encoding Find(string name)
    {
        try
        {
            return name.ToLowerInvariant() switch
            {
                "utf8" or "utf8nobom" or "default" => new UTF8Encoding(false),
                "utf8bom" => new UTF8Encoding(true),
                "ascii" => Encoding.ASCII,
                "latin1" or "ansi" => Encoding.Latin1,
                "unicode" => Encoding.Unicode,
                "bigendianunicode" => Encoding.BigEndianUnicode,
                "utf32" => Encoding.UTF32,
                "bigendianutf32" => new UTF32Encoding(bigEndian: true, byteOrderMark: true),
                _ => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var page) ? Encoding.GetEncoding(page) : Encoding.GetEncoding(name),
            };
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new ArgumentTransformationMetadataException($"'{name}' is no encoding. Name one of: {string.Join(", ", Names)}.", e);
        }
    }
}
