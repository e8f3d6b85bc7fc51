namespace Agentworks.Tests.EndToEnd.Support;

/// <summary>Looks for a text in the files of a machine.</summary>
public static class MachineSearch
{
    /// <summary>The files that hold it. The pattern does not match itself, because sudo logs what it runs.</summary>
    public static async Task<IReadOnlyList<string>> FilesWithAsync(MachineFixture machine, string text)
    {
        var found = await machine.RootAsync($"LC_ALL=C grep -rl --devices=skip --exclude-dir=proc --exclude-dir=sys -- '[{text[0]}]{text[1..]}' /");

        // Files go while it looks. Whatever else it complains of, it has not looked everywhere, and has proved nothing.
        Assert.True(found.ExitCode is >= 0 and <= 2, $"grep: {found.ExitCode} {found.Signal}");
        var complaints = Lines(found.ErrorOutput);
        Assert.All(complaints, line => Assert.EndsWith(": No such file or directory", line, StringComparison.Ordinal));
        Assert.Equal(complaints.Length > 0, found.ExitCode == 2);
        return Lines(found.Output);
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
