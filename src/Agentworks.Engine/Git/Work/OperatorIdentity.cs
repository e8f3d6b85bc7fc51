using Agentworks.Errors;
using Agentworks.Ports;

namespace Agentworks.Git.Work;

/// <summary>Who the operator is to git on this computer: whom commits are by where the machine's git knows nobody.</summary>
public sealed class OperatorIdentity(IProcessRunner processes)
{
    /// <summary>Both empty when git is not here or was not told.</summary>
    public async Task<(string Name, string Mail)> FindAsync(CancellationToken cancellationToken)
    {
        if (processes.Find("git") is null)
        {
            return (string.Empty, string.Empty);
        }

        var (name, mail) = (await AskAsync("user.name", cancellationToken).ConfigureAwait(false), await AskAsync("user.email", cancellationToken).ConfigureAwait(false));
        return name.Length > 0 && mail.Length > 0 ? (name, mail) : (string.Empty, string.Empty);
    }

    // The user's own settings; a repository that happens to be around has no say.
    private async Task<string> AskAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            var result = await processes.RunAsync(
                "git", ["config", "--global", "--get", key], new ProcessOptions(Timeout: TimeSpan.FromSeconds(10)), cancellationToken).ConfigureAwait(false);
            var value = result.Succeeded ? result.Output.Trim() : string.Empty;
            return value.Any(char.IsControl) ? string.Empty : value;
        }
        catch (AgentworksException)
        {
            return string.Empty;
        }
    }
}
