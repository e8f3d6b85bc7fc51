using System.Management.Automation;
using System.Text;
using Agentworks.PowerShell.Completion;

namespace Agentworks.PowerShell;

/// <summary>Writes a console as a tmuxinator project, for use inside its machine.</summary>
[Cmdlet(VerbsData.Export, "AgwConsole", SupportsShouldProcess = true)]
[OutputType(typeof(string))]
public sealed class ExportAgwConsoleCommand : AgentworksCommand
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(ConsoleCompleter))]
    public ConsoleArgument Name { get; set; } = null!;

    /// <summary>A file to write instead of the pipeline.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    protected override void Process()
    {
        foreach (var (console, input) in FindConsoles([Name]))
        {
            ForInput(input, () =>
            {
                var text = Try(() => Engine.Consoles.Export(console.Name));
                if (Path is null)
                {
                    WriteObject(text);
                    return;
                }
                var file = GetUnresolvedProviderPathFromPSPath(Path);
                if (Approves(file, $"Export console {console.Name}"))
                {
                    _ = Try(() =>
                    {
                        File.WriteAllText(file, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
                        return file;
                    });
                }
            });
        }
    }
}
