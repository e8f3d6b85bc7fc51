using Agentworks.Errors;
using Agentworks.Ports;

namespace Agentworks.Secrets;

/// <summary>
/// Finds the secrets of a command, all of them before the command changes anything. What the operator gave with the command never comes
/// here; what is missing is asked for where someone can be asked, and else named, all of it at once.
/// </summary>
public sealed class SecretResolver(ISecretSource source)
{
    /// <summary>One value, or null; nobody is asked.</summary>
    public Task<string?> FindAsync(string name, CancellationToken cancellationToken) => source.FindAsync(name, cancellationToken);

    /// <returns>A value for each need, by name.</returns>
    /// <exception cref="SecretMissingException">Names all that are missing, and how to give them.</exception>
    public async Task<IReadOnlyDictionary<string, string>> ResolveAsync(IReadOnlyList<SecretNeed> needs, string target, CancellationToken cancellationToken)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var missing = new List<SecretNeed>();
        foreach (var need in needs.DistinctBy(need => need.Name, StringComparer.Ordinal))
        {
            if (await source.FindAsync(need.Name, cancellationToken).ConfigureAwait(false) is { } value)
            {
                values[need.Name] = value;
            }
            else
            {
                missing.Add(need);
            }
        }

        foreach (var need in missing.ToArray())
        {
            if (await source.AskAsync(need.Name, need.Purpose, cancellationToken).ConfigureAwait(false) is { Length: > 0 } value)
            {
                values[need.Name] = value;
                missing.Remove(need);
            }
        }

        return missing.Count == 0 ? values : throw Missing(missing, target);
    }

    /// <summary>The error that names secrets which are kept nowhere.</summary>
    public static SecretMissingException Missing(IReadOnlyList<SecretNeed> missing, string target)
    {
        var names = string.Join(", ", missing.Select(need => $"{need.Name} ({need.Purpose})"));
        var ways = missing.Select(need => $"Set-Secret {need.Name}").Append(string.Join("; ", missing.Select(need => $"$env:{Variable(need.Name)} = '...'")))
            .Concat(missing.Select(need => need.Command).OfType<string>().Distinct(StringComparer.Ordinal));
        return new SecretMissingException($"'{target}' needs {(missing.Count == 1 ? "a secret that is" : "secrets that are")} kept nowhere: {names}.")
        {
            Target = string.Join(", ", missing.Select(need => need.Name)),
            Recommendation = string.Join(", or: ", ways),
        };
    }

    private static string Variable(string name) => name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') ? name : "{" + name + "}";
}
