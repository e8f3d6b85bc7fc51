using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace Agentworks.PowerShell.Completion;

/// <summary>Paths on whichever side a copy's parameter means: those of this computer, or those in the workspace.</summary>
internal sealed class CopyPathCompleter : IArgumentCompleter
{
    private readonly FilePathCompleter _remote = new();

    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        var upload = fakeBoundParameters.Contains("ToWorkspace");
        return upload == (parameterName == "Path")
            ? CompletionCompleters.CompleteFilename(wordToComplete)
            : _remote.CompleteArgument(commandName, parameterName, wordToComplete, commandAst, fakeBoundParameters);
    }
}
