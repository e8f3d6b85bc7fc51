using Agentworks.Errors;
using Agentworks.State.Rows;
using Agentworks.Transport;

namespace Agentworks.Consoles;

/// <summary>What can be done with consoles on one machine. Each call is one round trip, however large the console.</summary>
public sealed class ConsoleMachine(IMachineShell shell, VmRow vm)
{
    private const int NotPrepared = 78;

    // perl reads its program from standard input; what was there moves aside.
    private static readonly string Script =
        "exec 3<&0\nexec perl - \"$@\" <<'agw-end-of-program'\n" + EmbeddedText.Read("consoles-apply.pl") + "agw-end-of-program\n";

    /// <summary>Brings a console to its definition.</summary>
    /// <param name="definition">What it is to be.</param>
    /// <param name="mode">How.</param>
    /// <param name="windows">Only these; all when empty.</param>
    /// <param name="operationId">Makes a repeat after a cut return the first outcome.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<ConsoleReport> ApplyAsync(
        ConsoleDefinition definition, ConsoleMode mode, IReadOnlyList<string> windows, string operationId, CancellationToken cancellationToken)
    {
        var command = new RemoteCommand
        {
            Script = Script,
            Arguments = [mode.ToString().ToLowerInvariant(), definition.Digest, .. windows],
            Input = definition.ToText().ToInput(),

            // The console is the admin's own; nothing here is done as root, nor as anyone whose files agents can write.
            User = vm.AdminUser,
            WorkingDirectory = "/",
            OperationId = operationId,
            OnDisconnect = DisconnectAction.Finish,
            Timeout = TimeSpan.FromMinutes(2),
        };
        var result = await shell.RunAsync(command, cancellationToken).ConfigureAwait(false);
        if (result.ExitCode == NotPrepared)
        {
            throw new NotReadyException($"VM '{vm.Name}' is not prepared for consoles.") { Target = vm.Name, Recommendation = $"Initialize-AgwVm {vm.Name}" };
        }

        return result.Succeeded
            ? ConsoleReport.Parse(result.OutputText)
            : throw new RemoteCommandException(
                $"Console '{definition.Name}': {(result.TimedOut ? "its machine took too long." : result.ErrorText.Trim())}") { Target = definition.Name };
    }

    /// <summary>The names of the consoles that run; no process is started for it.</summary>
    public async Task<IReadOnlySet<string>> ObserveAsync(CancellationToken cancellationToken)
    {
        var text = await shell.EvaluateAsync(EmbeddedText.Read("consoles-status.pl"), [], cancellationToken).ConfigureAwait(false);
        return text.Split('\n', StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal);
    }
}
