using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace Agentworks.PowerShell.Completion;

/// <summary>
/// Completes an argument from values that are known without asking any machine. A completion that cannot be made is none: an error
/// would only disturb the line that is being typed.
/// </summary>
internal abstract class ValueCompleter : IArgumentCompleter
{
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        try
        {
            var pattern = WildcardPattern.Get(WildcardPattern.Escape(wordToComplete.Trim('\'', '"')) + "*", WildcardOptions.IgnoreCase);
            return [.. Values(fakeBoundParameters).Where(value => pattern.IsMatch(value.Text)).Select(Result)];
        }
        catch (Exception)
        {
            return [];
        }
    }

    private protected abstract IEnumerable<(string Text, string Tip)> Values(IDictionary given);

    private static CompletionResult Result((string Text, string Tip) value) =>
        new(Quote(value.Text), value.Text, CompletionResultType.ParameterValue, string.IsNullOrEmpty(value.Tip) ? value.Text : value.Tip);

    private static string Quote(string text) =>
        text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') && !text.StartsWith('-') ? text : $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
