using System.Collections;

namespace Agentworks.PowerShell.Completion;

/// <summary>Names of keys as tmux knows them.</summary>
internal sealed class KeyCompleter : ValueCompleter
{
    private protected override IEnumerable<(string Text, string Tip)> Values(IDictionary given) =>
    [
        ("Enter", "Enter"), ("Escape", "Escape"), ("Tab", "Tab"), ("BTab", "Shift-Tab"), ("Space", "Space"), ("BSpace", "Backspace"),
        ("Up", "Up"), ("Down", "Down"), ("Left", "Left"), ("Right", "Right"), ("Home", "Home"), ("End", "End"),
        ("PPage", "Page up"), ("NPage", "Page down"), ("DC", "Delete"), ("IC", "Insert"),
        ("C-c", "Ctrl-C: interrupt"), ("C-d", "Ctrl-D: end of input"), ("C-z", "Ctrl-Z: suspend"), ("C-l", "Ctrl-L: redraw"),
        ("C-u", "Ctrl-U: clear the line"), ("C-r", "Ctrl-R: search back"), ("M-Enter", "Alt-Enter"),
        .. Enumerable.Range(1, 12).Select(n => ($"F{n}", $"Function key {n}")),
    ];
}
