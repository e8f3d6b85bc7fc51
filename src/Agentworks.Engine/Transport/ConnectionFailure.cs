using Agentworks.Errors;

namespace Agentworks.Transport;

/// <summary>Reads out of a carrier's last words why there is no connection.</summary>
internal static class ConnectionFailure
{
    private static readonly string[] Noise = ["Authenticated to ", "Transferred: ", "Bytes per second: ", "Warning: Permanently added "];

    /// <param name="machine">The machine's name for messages.</param>
    /// <param name="words">The end of the carrier's standard error.</param>
    /// <param name="exitCode">Its exit status; null when it had to be ended.</param>
    public static AgentworksException Interpret(string machine, string words, int? exitCode)
    {
        bool Says(string text) => words.Contains(text, StringComparison.Ordinal);

        if (Says("REMOTE HOST IDENTIFICATION HAS CHANGED"))
        {
            return new HostKeyChangedException($"'{machine}' answered with another host key than the one that was pinned. Nothing was sent.")
            {
                Target = machine,
                Recommendation = "Find out whether the machine was rebuilt or something else answers in its place. Only then pin its new key.",
            };
        }

        if (Says("Host key verification failed"))
        {
            return new HostKeyChangedException($"The host key of '{machine}' is not pinned. Nothing was sent.")
            {
                Target = machine,
                Recommendation = "Compare the key's fingerprint over another way, then pin it.",
            };
        }

        if (Says("Permission denied (") || Says("Too many authentication failures"))
        {
            return new LoginFailedException($"'{machine}' refused the operator's key: {LastLine(words)}")
            {
                Target = machine,
                Recommendation = "Check that the operator's public key is authorized for the login user on the machine.",
            };
        }

        if (Says("sudo: a password is required") || Says("sudo: a terminal is required") || Says("is not in the sudoers file")
            || Says("is not allowed to execute"))
        {
            return new LoginFailedException($"The login user of '{machine}' may not become root without a password: {LastLine(words)}")
            {
                Target = machine,
                Recommendation = "Give the user 'NOPASSWD: ALL' in a file under /etc/sudoers.d on the machine.",
            };
        }

        if (exitCode is 127 or 126 or 1 && (Missing(words, "perl") || Missing(words, "sudo")))
        {
            var program = Missing(words, "sudo") ? "sudo" : "perl";
            return new PrerequisiteMissingException($"'{machine}' has no {program}.")
            {
                Target = machine,
                Recommendation = $"Run 'apt-get install {(program == "perl" ? "perl-base" : program)}' on the machine.",
            };
        }

        var last = LastLine(words);
        var reason = last.Length > 0 ? last : exitCode is { } code ? $"the connection ended with status {code}" : "it does not answer";
        return new ConnectionFailedException($"No connection to '{machine}': {reason}") { Target = machine };
    }

    private static bool Missing(string words, string program) => words.Split('\n').Any(line =>
        line.Contains(program, StringComparison.Ordinal)
        && (line.Contains("not found", StringComparison.Ordinal)
            || line.Contains("No such file", StringComparison.Ordinal)
            || line.Contains("Unknown command", StringComparison.Ordinal)));

    private static string LastLine(string words) =>
        words.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .LastOrDefault(line => !Noise.Any(noise => line.StartsWith(noise, StringComparison.Ordinal))) ?? string.Empty;
}
