namespace Agentworks.Platforms.Nspawn;

/// <summary>Loop devices by the file behind them.</summary>
internal static class LoopDevices
{
    public static IReadOnlyList<string> Of(string file)
    {
        var found = new List<string>();
        foreach (var device in Directory.EnumerateDirectories("/sys/block", "loop*"))
        {
            try
            {
                var backing = File.ReadAllText(Path.Combine(device, "loop/backing_file")).TrimEnd('\n');
                if (backing == file || backing == file + " (deleted)")
                {
                    found.Add("/dev/" + Path.GetFileName(device));
                }
            }
            catch (IOException)
            {
                // Not in use.
            }
        }

        return found;
    }
}
