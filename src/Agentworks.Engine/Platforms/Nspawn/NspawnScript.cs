namespace Agentworks.Platforms.Nspawn;

/// <summary>The shell scripts beside this file, as embedded in the assembly.</summary>
internal static class NspawnScript
{
    public static string Launch { get; } = Read("nspawn-launch.sh");
    public static string Fence { get; } = Read("nspawn-fence.sh");
    public static string Image { get; } = Read("nspawn-image.sh");

    private static string Read(string name)
    {
        using var stream = typeof(NspawnScript).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The assembly lacks its resource {name}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
