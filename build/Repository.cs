using System.Xml.Linq;

namespace Agentworks.Build;

/// <summary>Where things are in this repository.</summary>
internal sealed record Repository(string Root)
{
    public string Output => Path.Combine(Root, "out");
    public string Module => Path.Combine(Output, "Agentworks");
    public string Publish => Path.Combine(Output, "publish");
    public string TestResults => Path.Combine(Output, "test");
    public string HelpPages => Path.Combine(Root, "docs", "help");
    public string CmdletsProject => Path.Combine(Root, "src", "Agentworks.PowerShell");
    public string CmdletsAssembly => Path.Combine(Publish, "Agentworks.PowerShell.dll");

    public string Version => XDocument.Load(Path.Combine(Root, "Directory.Build.props")).Descendants("Version").Single().Value;

    public string At(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>The nearest folder upwards that holds the solution.</summary>
    public static Repository Find()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "Agentworks.slnx")))
            {
                return new Repository(folder);
            }
        }

        throw new BuildException($"No Agentworks.slnx above {AppContext.BaseDirectory}.");
    }
}
