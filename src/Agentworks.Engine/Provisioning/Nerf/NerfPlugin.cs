using System.Text;
using Agentworks.Config;
using Agentworks.Errors;
using Agentworks.Model;
using Agentworks.Ports;
using Agentworks.Provisioning.Users;

namespace Agentworks.Provisioning.Nerf;

/// <summary>
/// The nerf tools as a plugin of Claude Code, built by the operator's own nerf (the Python package nerftools). It writes the same for the
/// same manifests, so that what it wrote is known by its digest. The sources of nerftools were run on
/// Python 3.11, with a stand-in for typer; the installed package, which needs Python 3.12, was not.
/// </summary>
public sealed class NerfPlugin(IProcessRunner processes)
{
    private const string Program = "nerf";

    // JSON is YAML too. The version never changes: what users allow their agents names paths, and the version is in them.
    private const string Identity = """
        {
          "package": {
            "name": "nerftools",
            "version": "0.1.0",
            "description": "Command line tools with narrow permissions",
            "author": { "name": "Agentworks" }
          },
          "targets": {
            "claude-plugin": {
              "marketplace": {
                "name": "agentworks-nerftools-local",
                "description": "The nerf tools of this machine",
                "owner": { "name": "Agentworks" }
              }
            }
          }
        }
        """;

    // Python on Windows would write another encoding.
    private static readonly Dictionary<string, string?> SameEverywhere = new(StringComparer.Ordinal) { ["PYTHONUTF8"] = "1" };

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <summary>Whether there is a nerf on this computer.</summary>
    public bool IsInstalled => processes.Find(Program) is not null;

    /// <returns>The plugin's folder; null when the template asks for none.</returns>
    /// <exception cref="NotFoundException">A manifest of the template's is not there.</exception>
    /// <exception cref="PrerequisiteMissingException">There is no nerf on this computer.</exception>
    /// <exception cref="InvalidRequestException">nerf refused the manifests; its last line says why.</exception>
    /// <exception cref="OperationTimedOutException">nerf did not come to an end.</exception>
    public async Task<LocalFolder?> BuildAsync(VmTemplate template, CancellationToken cancellationToken)
    {
        if (!template.NerfBuildClaudePlugin)
        {
            return null;
        }

        if (template.NerfAddlManifests.FirstOrDefault(path => !File.Exists(path)) is { } missing)
        {
            throw new NotFoundException("nerf manifest", missing) { Target = missing, Recommendation = "Correct nerf_addl_manifests: Edit-AgwConfig" };
        }

        var program = processes.Find(Program) ?? throw new PrerequisiteMissingException(
            $"Machine template '{template.Name}' builds the nerf tools, and the program 'nerf' is not on the PATH of this computer.")
        {
            Target = Program,
            Recommendation = "Install it with 'pipx install nerftools' or 'uv tool install nerftools'.",
        };
        var folder = Directory.CreateTempSubdirectory("agentworks-nerf-").FullName;
        try
        {
            return await RunAsync(program, template, folder, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<LocalFolder> RunAsync(string program, VmTemplate template, string folder, CancellationToken cancellationToken)
    {
        var identity = Path.Combine(folder, "nerf.yaml");
        var plugin = Path.Combine(folder, "plugin");
        await File.WriteAllTextAsync(identity, Identity, new UTF8Encoding(false), cancellationToken).ConfigureAwait(false);
        string[] defaults = template.SkipNerfDefaults ? ["--no-default"] : [];
        var result = await processes.RunAsync(
            program,
            ["generate", "--target", "claude-plugin", "-c", identity, "--outdir", plugin, .. defaults, .. template.NerfAddlManifests],
            new ProcessOptions(Timeout: Limit, WorkingDirectory: folder, Environment: SameEverywhere),
            cancellationToken).ConfigureAwait(false);
        if (result.ExitCode != 0)
        {
            throw new InvalidRequestException($"nerf could not build the tools of machine template '{template.Name}': {LastLine(result)}")
            {
                Target = template.Name,
                Recommendation = "Correct the manifests, or nerf_addl_manifests and skip_nerf_defaults: Edit-AgwConfig",
            };
        }

        if (!File.Exists(Path.Combine(plugin, ".claude-plugin", "marketplace.json")))
        {
            throw new InvalidRequestException($"'{program}' ended well and left no plugin: it is another program, or too old.")
            {
                Target = program,
                Recommendation = "Update it with 'pipx upgrade nerftools' or 'uv tool upgrade nerftools'.",
            };
        }

        EndLinesAsLinuxDoes(plugin);
        return LocalFolder.Read(plugin);
    }

    // nerf on Windows ends the lines of some scripts as Windows does, and Linux would not start them.
    private static void EndLinesAsLinuxDoes(string plugin)
    {
        foreach (var file in Directory.EnumerateFiles(plugin, "*", SearchOption.AllDirectories))
        {
            var content = File.ReadAllBytes(file);
            if (content.AsSpan().StartsWith("#!"u8) && content.AsSpan().IndexOf("\r\n"u8) >= 0)
            {
                File.WriteAllText(file, Encoding.UTF8.GetString(content).Replace("\r\n", "\n", StringComparison.Ordinal));
            }
        }
    }

    private static string LastLine(ProcessResult result) =>
        (result.Output + "\n" + result.Error).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() is { } line
            ? TerminalText.EscapeLine(line)
            : $"it ended with exit status {result.ExitCode}";
}
