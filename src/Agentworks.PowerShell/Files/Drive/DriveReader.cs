using System.Collections;
using System.Management.Automation.Provider;
using Agentworks.Errors;
using Agentworks.Files;
using Agentworks.PowerShell.Module;

namespace Agentworks.PowerShell;

/// <summary>Reads a file for Get-Content, as far as it asks.</summary>
internal sealed class DriveReader(EngineLease lease, DrivePath at, DriveReadParameters how, CancellationToken cancellationToken) : IContentReader
{
    private IEnumerator? _items;

    public IList Read(long readCount)
    {
        if (how.Raw && !how.AsByteStream)
        {
            return _items is null ? All() : Array.Empty<object>();
        }
        _items ??= how.AsByteStream ? Bytes().GetEnumerator() : Lines().GetEnumerator();
        var items = new ArrayList();
        while ((readCount <= 0 || items.Count < readCount) && _items.MoveNext())
        {
            items.Add(_items.Current);
        }
        return items;
    }

    public void Seek(long offset, SeekOrigin origin)
    {
        if (offset != 0 || origin != SeekOrigin.Begin)
        {
            throw new InvalidRequestException("On this drive a file is read from its beginning.") { Recommendation = "Get-AgwFileContent reads any part, with -Offset or -Tail." };
        }
    }

    public void Close() => Dispose();

    public void Dispose()
    {
        (_items as IDisposable)?.Dispose();
        lease.Dispose();
    }

    private object[] All()
    {
        var (bytes, head) = lease.Engine.Files.ReadAllAsync(at.Place, new ReadFile(at.Path), cancellationToken).GetAwaiter().GetResult();
        _items = Array.Empty<object>().GetEnumerator();
        return [FileNames.ToText(bytes, how.Encoding, head)];
    }

    private IEnumerable<string> Lines() =>
        lease.Engine.Files.ReadLinesAsync(at.Place, new ReadFile(at.Path), how.Encoding, cancellationToken).ToBlockingEnumerable(cancellationToken);

    private IEnumerable<byte> Bytes() =>
        lease.Engine.Files.ReadPiecesAsync(at.Place, new ReadFile(at.Path), cancellationToken).ToBlockingEnumerable(cancellationToken).SelectMany(piece => piece);
}
