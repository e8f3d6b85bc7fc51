using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using Agentworks.Files;
using Agentworks.Model;
using Agentworks.PowerShell.Module;

namespace Agentworks.PowerShell.Completion;

/// <summary>
/// Paths in the workspace that the line names. The machine is asked, in one round trip and for two seconds at most; one that is not
/// running stays so, and completes nothing.
/// </summary>
internal sealed class FilePathCompleter : IArgumentCompleter
{
    private const int Most = 200;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        try
        {
            var workspace = (fakeBoundParameters["Workspace"] ?? fakeBoundParameters["FromWorkspace"] ?? fakeBoundParameters["ToWorkspace"])?.ToString();
            return string.IsNullOrEmpty(workspace) || WildcardPattern.ContainsWildcardCharacters(workspace) ? []
                : Complete(workspace, fakeBoundParameters["Agent"]?.ToString(), wordToComplete.Trim('\'', '"'));
        }
        catch (Exception)
        {
            return [];
        }
    }

    private static List<CompletionResult> Complete(string workspace, string? agent, string word)
    {
        var folder = word[..(word.LastIndexOf('/') + 1)];
        var begun = word[folder.Length..];
        using var lease = EngineHost.Rent();
        using var limit = new CancellationTokenSource(Patience);
        var request = new ListFiles { Paths = [folder.Length == 0 ? "." : folder], Literal = true, Hidden = begun.StartsWith('.') };
        return Task.Run(() => FindAsync(lease.Engine, new FilePlace(workspace, agent), request, folder, begun, limit.Token), limit.Token).WaitAsync(limit.Token).GetAwaiter().GetResult();
    }

    private static async Task<List<CompletionResult>> FindAsync(
        AgentworksEngine engine, FilePlace place, ListFiles request, string folder, string begun, CancellationToken cancellationToken)
    {
        var results = new List<CompletionResult>();
        await foreach (var outcome in engine.Files.PeekAsync(place, request, cancellationToken).ConfigureAwait(false))
        {
            // A name that no keyboard and no screen can give back is left to those who list it.
            if (outcome.Value is not { } file || !file.Name.StartsWith(begun, StringComparison.Ordinal) || TerminalText.EscapeLine(file.Name) != file.Name)
            {
                continue;
            }
            var text = folder + file.Name + (file.Kind == AgwFileKind.Directory ? "/" : string.Empty);
            results.Add(new CompletionResult(
                Quote(text), file.Name, file.Kind == AgwFileKind.Directory ? CompletionResultType.ProviderContainer : CompletionResultType.ProviderItem, $"{file.Mode} {file.Owner} {file.Path}"));
            if (results.Count == Most)
            {
                break;
            }
        }
        return results;
    }

    private static string Quote(string text) =>
        text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/') && !text.StartsWith('-') ? text : $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
