using Agentworks.OperatorFiles;
using Agentworks.Ports;
using Agentworks.Tests.Unit.State;

namespace Agentworks.Tests.Unit.OperatorFiles;

public sealed class OperatorFileTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [LinuxFact]
    public async Task A_new_one_is_for_the_operator_alone()
    {
        var path = Path.Combine(_folder.Home, "new", "config");
        Assert.True(await File_(path).WriteAsync("one"u8.ToArray(), CancellationToken.None));
        Assert.Equal("600", Mode(path));
        Assert.Equal("700", Mode(Path.GetDirectoryName(path)!));
        Assert.False(await File_(path).WriteAsync("one"u8.ToArray(), CancellationToken.None));
    }

    [LinuxFact]
    public async Task A_link_stays_a_link_and_the_mode_stays()
    {
        var real = Path.Combine(_folder.Home, "real");
        var link = Path.Combine(_folder.Home, "link");
        await File.WriteAllTextAsync(real, "old");
        File.SetUnixFileMode(real, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        File.CreateSymbolicLink(link, "real");
        Assert.True(await File_(link).WriteAsync("new"u8.ToArray(), CancellationToken.None));
        Assert.Equal("real", new FileInfo(link).LinkTarget);
        Assert.Equal("new", await File.ReadAllTextAsync(real));
        Assert.Equal("640", Mode(real));
        Assert.Equal(2, Directory.GetFileSystemEntries(_folder.Home).Length);
    }

    private static OperatorFile File_(string path) => new(path, new ProcessRunner());

    private static string Mode(string path) => Convert.ToString((int)File.GetUnixFileMode(path), 8);
}
