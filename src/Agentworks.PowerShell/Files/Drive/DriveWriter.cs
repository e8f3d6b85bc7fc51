using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Provider;
using System.Text;
using Agentworks.Files;
using Agentworks.PowerShell.Module;

namespace Agentworks.PowerShell;

/// <summary>Gathers what Set-Content or Add-Content has to write, and writes it as a whole when that is all.</summary>
internal sealed class DriveWriter(EngineLease lease, DrivePath at, DriveWriteParameters how, CancellationToken cancellationToken) : IContentWriter
{
    private readonly ContentSpool _content = new();
    private readonly Encoding _encoding = how.Encoding ?? new UTF8Encoding(false);
    private bool _append;
    private bool _written;

    public IList Write(IList content)
    {
        foreach (var value in content)
        {
            var bare = value is PSObject wrapped ? wrapped.BaseObject : value;
            if (how.AsByteStream)
            {
                _content.Write(bare is byte[] many ? many : [(byte)LanguagePrimitives.ConvertTo(value, typeof(byte), CultureInfo.InvariantCulture)]);
            }
            else if (bare is object[] inner)
            {
                Write(inner);
            }
            else
            {
                var text = (string)LanguagePrimitives.ConvertTo(value, typeof(string), CultureInfo.InvariantCulture) ?? string.Empty;
                _content.Write(_encoding.GetBytes(how.NoNewline ? text : text + "\n"));
            }
        }
        return content;
    }

    /// <summary>Add-Content asks for the end.</summary>
    public void Seek(long offset, SeekOrigin origin) => _append = origin == SeekOrigin.End;

    public void Close()
    {
        if (_written)
        {
            return;
        }
        _written = true;
        using var whole = new ContentSpool();
        if (!_append && !how.AsByteStream && _encoding.GetPreamble() is { Length: > 0 } mark)
        {
            whole.Write(mark);
            _content.CopyTo(whole);
        }
        lease.Engine.Files.WriteAsync(
            at.Place, new WriteFile { Path = at.Path, Append = _append }, whole.Length > 0 ? whole.Rewind() : _content.Rewind(), cancellationToken).GetAwaiter().GetResult();
    }

    public void Dispose()
    {
        _content.Dispose();
        lease.Dispose();
    }
}
