using Agentworks.Secrets;

namespace Agentworks.Variables;

/// <summary>The values of variables, those of secrets among them.</summary>
public static class VariableSecrets
{
    /// <summary>Finds the secrets of all variables in one pass.</summary>
    /// <param name="secrets">Where to look.</param>
    /// <param name="variables">Of one place.</param>
    /// <param name="given">Values of secret variables that the operator gave, by the variable's name.</param>
    /// <param name="target">Whom the error names.</param>
    /// <param name="command">How the operator may give a value, without what stands in -SecretEnvironment.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>Values by the variable's name, of the secret ones only.</returns>
    /// <exception cref="Errors.SecretMissingException">Names all that are found nowhere.</exception>
    public static async Task<IReadOnlyDictionary<string, string>> FindAsync(
        SecretResolver secrets, IEnumerable<Variable> variables, IReadOnlyDictionary<string, string> given, string target, string command, CancellationToken cancellationToken)
    {
        var wanted = variables.Where(variable => variable.Value.Secret is not null && !given.ContainsKey(variable.Name)).ToList();
        var found = await secrets.ResolveAsync(
            [.. wanted.Select(variable => new SecretNeed(variable.Value.Secret!, $"for {variable.Name}", Parameter(command, variable.Name)))], target, cancellationToken).ConfigureAwait(false);
        return wanted.Select(variable => KeyValuePair.Create(variable.Name, found[variable.Value.Secret!]))
            .Concat(given)
            .ToDictionary(one => one.Key, one => one.Value, StringComparer.Ordinal);
    }

    private static string? Parameter(string command, string name) =>
        command.Length == 0 ? null : $"{command} -SecretEnvironment @{{ {name} = (Read-Host -AsSecureString) }}";
}
