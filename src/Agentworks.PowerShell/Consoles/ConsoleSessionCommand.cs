using Agentworks.Model;

namespace Agentworks.PowerShell;

/// <summary>Collects sessions for consoles from the pipeline; each console is changed once, with all of its sessions.</summary>
public abstract class ConsoleSessionCommand(string action) : ConsoleChangeCommand
{
    private readonly Dictionary<string, List<string>> _wanted = new(StringComparer.Ordinal);

    private protected void Collect(IReadOnlyCollection<SessionArgument> sessions)
    {
        foreach (var (console, _) in FindConsoles([Console]))
        {
            var names = Members(console, sessions).ToList();
            if (names.Count == 0)
            {
                continue;
            }
            if (!_wanted.TryGetValue(console.Name, out var wanted))
            {
                _wanted[console.Name] = wanted = [];
            }
            wanted.AddRange(names);
        }
    }

    protected override void End()
    {
        foreach (var (console, sessions) in _wanted)
        {
            if (Approves($"{string.Join(", ", sessions)} of console {console}", action))
            {
                Change(console, input: null, stop => ChangeAsync(console, sessions, stop));
            }
        }
    }

    private protected abstract Task<AgwConsole> ChangeAsync(string console, IReadOnlyList<string> sessions, CancellationToken stop);
}
