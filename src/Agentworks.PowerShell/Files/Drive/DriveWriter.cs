using System.Collections;
using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Provider;
using System.Text;
using Agentworks.Errors;
using Agentworks.Files;
using Agentworks.PowerShell.Module;

namespace Agentworks.PowerShell;

/// <summary>
/// Gathers what Set-Content or Add-Content has to write, and writes it as a whole when that is all. Until then, and when there is not all of it, the
/// file stays as it is.
/// </summary>
/// <remarks>PowerShell takes no notice of what is thrown at the end, so a failure is written as an error.</remarks>
internal sealed class DriveWriter(AgentworksProvider provider, EngineLease lease, DrivePath at, DriveWriteParameters how, CancellationToken cancellationToken) : IContentWriter
{
    private readonly ContentSpool _content = new();
    private readonly Encoding _encoding = how.Encoding ?? new UTF8Encoding(false);
    private bool _append;
    private bool _failed;
    private bool _closed;

    public IList Write(IList content)
    {
        try
        {
            Gather(content);
            return content;
        }
        catch
        {
            _failed = true;
            throw;
        }
    }

    /// <summary>Add-Content asks for the end.</summary>
    public void Seek(long offset, SeekOrigin origin) => _append = origin == SeekOrigin.End;

    public void Close()
    {
        if (_closed)
        {
            return;
        }
        _closed = true;
        using (lease)
        using (_content)
        {
            if (_failed || IsGivenUp())
            {
                return;
            }
            try
            {
                Send();
            }
            catch (AgentworksException e)
            {
                provider.Fail(e, at.ToString());
            }
        }
    }

    /// <summary>What nobody has closed was not to be written.</summary>
    public void Dispose()
    {
        _failed = true;
        Close();
    }

    /// <summary>
    /// PowerShell closes a writer when all has come, and also when it clears away a pipeline that has failed; nothing but who calls tells them apart.
    /// </summary>
    private static bool IsGivenUp() => new StackTrace(1).GetFrames().Select(frame => frame.GetMethod()?.Name)
        .FirstOrDefault(name => name is "ProcessRecord" or "EndProcessing" or "DisposeCommands") == "DisposeCommands";

    private void Gather(IEnumerable content)
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
                Gather(inner);
            }
            else
            {
                var text = (string)LanguagePrimitives.ConvertTo(value, typeof(string), CultureInfo.InvariantCulture) ?? string.Empty;
                _content.Write(_encoding.GetBytes(how.NoNewline ? text : text + "\n"));
            }
        }
    }

    private void Send()
    {
        using var whole = new ContentSpool();
        if (!_append && !how.AsByteStream && _encoding.GetPreamble() is { Length: > 0 } mark)
        {
            whole.Write(mark);
            _content.CopyTo(whole);
        }
        lease.Engine.Files.WriteAsync(
            at.Place, new WriteFile { Path = at.Path, Append = _append }, whole.Length > 0 ? whole.Rewind() : _content.Rewind(), cancellationToken).GetAwaiter().GetResult();
    }
}
