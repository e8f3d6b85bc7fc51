using System.Globalization;
using System.Management.Automation;
using System.Text;

namespace Agentworks.PowerShell;

/// <summary>What was piped for a command's standard input: bytes as they are, anything else as lines of text.</summary>
internal sealed class StandardInput
{
    private readonly List<byte> _bytes = [];

    public bool IsEmpty { get; private set; } = true;

    public void Add(PSObject value)
    {
        IsEmpty = false;
        switch (value.BaseObject)
        {
            case byte one:
                _bytes.Add(one);
                break;
            case byte[] many:
                _bytes.AddRange(many);
                break;
            default:
                var text = (string)LanguagePrimitives.ConvertTo(value, typeof(string), CultureInfo.InvariantCulture);
                _bytes.AddRange(Encoding.UTF8.GetBytes(text + "\n"));
                break;
        }
    }

    public byte[]? ToBytes() => IsEmpty ? null : [.. _bytes];
}
