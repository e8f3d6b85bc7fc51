using System.Management.Automation;
using Agentworks.Errors;
using Agentworks.Events;
using Agentworks.PowerShell.Module;

namespace Agentworks.PowerShell;

/// <summary>
/// What all cmdlets share: the engine, waiting for it without blocking Ctrl-C, and errors. Subclasses override
/// <see cref="Begin"/>, <see cref="Process"/> and <see cref="End"/>; a failure that they let through ends the cmdlet.
/// </summary>
public abstract partial class AgentworksCommand : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Lazy<EventPump> _pump;
    private EngineLease? _lease;
    private HashSet<string> _given = [];

    protected AgentworksCommand() => _pump = new Lazy<EventPump>(() => new EventPump(this, _stop));

    /// <summary>Opened at the first use, so that binding and -WhatIf touch nothing.</summary>
    private protected AgentworksEngine Engine => (_lease ??= Try(EngineHost.Rent)).Engine;

    private protected IEventSink Sink => _pump.Value;

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected sealed override void BeginProcessing()
    {
        _given = new HashSet<string>(MyInvocation.BoundParameters.Keys, StringComparer.OrdinalIgnoreCase);
        EndingOnFailure(Admit);
        EndingOnFailure(Begin);
    }

    protected sealed override void ProcessRecord() => EndingOnFailure(Process);

    protected sealed override void EndProcessing() => EndingOnFailure(End);

    /// <summary>Runs on another thread and must return at once: the pipeline thread does the waiting.</summary>
    protected sealed override void StopProcessing() => _ = _stop.CancelAsync();

    /// <summary>Waits for the leave to go on.</summary>
    private protected virtual void Admit()
    {
    }

    protected virtual void Begin()
    {
    }

    protected virtual void Process()
    {
    }

    protected virtual void End()
    {
    }

    protected virtual void Dispose(bool disposing)
    {
        if (!disposing)
        {
            return;
        }

        // Work that was called off may still be unwinding; the engine stays open for it.
        var unfinished = _pump.IsValueCreated ? _pump.Value.Work : Task.CompletedTask;
        _ = unfinished.ContinueWith(
            _ =>
            {
                _lease?.Dispose();
                _stop.Dispose();
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    /// <summary>Runs engine work off the pipeline thread and shows its events meanwhile.</summary>
    private protected T Await<T>(Func<CancellationToken, Task<T>> work) => _pump.Value.Run(work);

    private protected void Await(Func<CancellationToken, Task> work) => _pump.Value.Run(async stop =>
    {
        await work(stop).ConfigureAwait(false);
        return true;
    });

    private protected void Stream<T>(Func<CancellationToken, IAsyncEnumerable<T>> work, Action<T> write) => _pump.Value.Run(work, write);

    /// <summary>Asks the engine for what it knows without waiting for anything.</summary>
    private protected static T Try<T>(Func<T> question)
    {
        try
        {
            return question();
        }
        catch (Exception e) when (e is not EngineFailure)
        {
            throw new EngineFailure(e);
        }
    }

    /// <summary>The same for an answer that is read bit by bit.</summary>
    private protected static IEnumerable<T> Try<T>(IEnumerable<T> answers)
    {
        using var source = Try(answers.GetEnumerator);
        while (Try(source.MoveNext))
        {
            yield return source.Current;
        }
    }

    /// <summary>Does what concerns one input: its failure becomes that input's error, and the next input has its turn.</summary>
    private protected void ForInput(object? input, Action work)
    {
        try
        {
            work();
        }
        catch (EngineFailure failure)
        {
            WriteFailure(failure.Cause, input);
        }
    }

    /// <summary>Asks ShouldProcess. Where it would ask the operator and nobody can answer, the cmdlet ends and says what to add.</summary>
    private protected bool Approves(string target, string action)
    {
        try
        {
            return ShouldProcess(target, action);
        }
        catch (Exception e) when (IsNobodyThere(e))
        {
            throw new EngineFailure(new NotInteractiveException($"{action} {target}: this needs a confirmation, and nobody can be asked here.")
            {
                Target = target,
                Recommendation = "Add -Confirm:$false to go on without a question.",
            });
        }
    }

    private protected void WriteFailure(Exception failure, object? input) => WriteError(ErrorFactory.Create(failure, input));

    /// <summary>Whether a parameter stands on the command line, rather than coming from a piped object's property.</summary>
    private protected bool IsGiven(string parameter) => _given.Contains(parameter);

    /// <summary>A repository: a folder as PowerShell sees it, since its location is not the process's; anything else is for git.</summary>
    private protected string? FolderOrUrl(string? repository)
    {
        if (string.IsNullOrEmpty(repository))
        {
            return null;
        }
        if (repository.Contains("://", StringComparison.Ordinal))
        {
            return repository;
        }
        try
        {
            var path = GetUnresolvedProviderPathFromPSPath(repository);
            return Directory.Exists(path) ? path : repository;
        }
        catch (SessionStateException)
        {
            return repository;
        }
    }

    private void EndingOnFailure(Action work)
    {
        try
        {
            work();
        }
        catch (EngineFailure failure)
        {
            ThrowTerminatingError(ErrorFactory.Create(failure.Cause, input: null));
        }
    }
}
