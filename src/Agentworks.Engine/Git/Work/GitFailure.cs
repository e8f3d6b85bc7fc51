using Agentworks.Errors;

namespace Agentworks.Git.Work;

/// <summary>What git or our scripts said when something failed, as a failure with a name and the next command.</summary>
internal static class GitFailure
{
    private const int MaxMessage = 2000;

    public static AgentworksException Of(GitPlace place, int exitCode, string said, string? remote = null)
    {
        var (workspace, where) = (place.Workspace.Name, place.Path == "." ? $"workspace '{place.Workspace.Name}'" : $"'{place.Path}' of workspace '{place.Workspace.Name}'");
        bool Says(params string[] words) => words.Any(word => said.Contains(word, StringComparison.OrdinalIgnoreCase));
        string Run(string command) => $"Invoke-AgwCommand -Workspace {workspace} '{command}'";
        if (exitCode == 127 && Says("is not installed"))
        {
            return new PrerequisiteMissingException($"git is not installed on VM '{place.Vm.Name}'.") { Target = workspace, Recommendation = $"Initialize-AgwVm {place.Vm.Name}" };
        }

        if (Says("not a git repository", "cannot change to"))
        {
            return new GitRepositoryMissingException($"There is no git repository at {where}.")
            {
                Target = workspace,
                Recommendation = $"Import-AgwGitRepository -Workspace {workspace} -Url <url>, or {Run("git init")}",
            };
        }

        if (Says("agw: not empty", "agw: not a folder"))
        {
            return new PathNotEmptyException($"There is something at {where} already.") { Target = workspace, Recommendation = "Name another place with -Path, such as -Path repo." };
        }

        if (Says("agw: no commit"))
        {
            return new InvalidRequestException("The folder's repository has no commit.") { Target = workspace, Recommendation = "Give a git repository that has at least one commit." };
        }

        if (Says("agw: secret in URL"))
        {
            return new InvalidRequestException($"The URL of the remote at {where} holds a user name, password or token.")
            {
                Target = workspace,
                Recommendation = $"Take it out of the URL with git remote set-url, and give the token with Set-AgwGitCredential -Vm {place.Vm.Name}.",
            };
        }

        if (Says("agw: bad URL"))
        {
            return new InvalidRequestException($"The URL of the remote at {where} is none that git may be given.") { Target = workspace, Recommendation = Run("git remote -v") };
        }

        if (Says("agw: no remote", "does not appear to be a git repository", "Repository not found", "repository not found"))
        {
            return new NotFoundException("Remote", remote is { Length: > 0 } ? remote : "origin") { Target = workspace, Recommendation = Run("git remote add origin <url>") + ", or check its URL." };
        }

        if (Says("agw: no branch"))
        {
            return new InvalidRequestException(said.Contains('\'', StringComparison.Ordinal) ? $"There is no such branch at {where}." : $"No branch is checked out at {where}.")
            {
                Target = workspace,
                Recommendation = $"Name one with -Branch; {Run("git branch -a")} lists them.",
            };
        }

        if (Says("timed out after") && exitCode == 124)
        {
            return new OperationTimedOutException($"git took too long at {where}.") { Target = workspace, Recommendation = "Give it more time with -Timeout." };
        }

        if (Says("Authentication failed", "could not read Username", "could not read Password", "terminal prompts disabled", "Permission denied (", "Host key verification failed", "error: 403", "error: 401"))
        {
            return new GitAccessDeniedException($"The git server did not let {place.User} in: {Shown(said)}")
            {
                Target = workspace,
                Recommendation = place.Agent is { } agent ? $"Set-AgwGitCredential -Agent {agent.Name}" : $"Set-AgwGitCredential -Vm {place.Vm.Name}, or work as an agent that has a token or key: -Agent",
            };
        }

        if (Says("(non-fast-forward)", "(fetch first)"))
        {
            return new GitRejectedException($"The remote has commits that {where} lacks.")
            {
                Target = workspace,
                Recommendation = $"{Run("git pull --rebase")}, then again; or add -Force to replace what was last fetched from there.",
            };
        }

        if (Says("(stale info)"))
        {
            return new GitRejectedException($"The remote has changed since {where} last fetched from it, so it is not overwritten.") { Target = workspace, Recommendation = Run("git fetch") + ", look at what is new, then again." };
        }

        if (Says("[remote rejected]", "[rejected]"))
        {
            return new GitRejectedException($"The remote refused: {Shown(said)}") { Target = workspace };
        }

        if (Says(".lock': File exists"))
        {
            return new ResourceBusyException($"Another git is at work at {where}.") { Target = workspace, Recommendation = "Try again when it has ended." };
        }

        if (Says("bad revision"))
        {
            return new InvalidRequestException($"That is no commit at {where}.") { Target = workspace, Recommendation = Run("git log --oneline --all") };
        }

        return new GitFailedException($"git failed at {where} (exit status {exitCode}): {Shown(said)}") { Target = workspace };
    }

    /// <summary>What was said without secrets, and not more than anyone reads.</summary>
    public static string Shown(string said)
    {
        var text = GitUrl.Scrub(said).Trim();
        return text.Length <= MaxMessage ? text : "…" + text[^MaxMessage..];
    }
}
