using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Net;
using System.Security;
using Agentworks.Errors;

namespace Agentworks.PowerShell;

/// <summary>Reads environment variables from a hashtable.</summary>
internal static class VariableTable
{
    public static IReadOnlyDictionary<string, string> Read(IDictionary? table) =>
        Convert(table, value => System.Convert.ToString(value, CultureInfo.InvariantCulture) ?? string.Empty);

    /// <summary>
    /// Reads secrets: a SecureString, the password of a PSCredential, or the name of a secret that <paramref name="find"/> looks up.
    /// </summary>
    /// <exception cref="SecretMissingException">There is no secret of that name.</exception>
    public static IReadOnlyDictionary<string, string> ReadSecrets(IDictionary? table, Func<string, string?> find) => Convert(table, value => value switch
    {
        SecureString secret => Reveal(secret),
        PSCredential credential => Reveal(credential.Password),
        string name => find(name) ?? throw new SecretMissingException($"There is no secret named '{name}'.")
        {
            Target = name,
            Recommendation = $"Set the environment variable {name}, store it with 'Set-Secret {name}', or give a SecureString.",
        },
        _ => throw new InvalidRequestException("A secret must be a SecureString, a PSCredential or the name of a secret.") { Target = value?.GetType().Name },
    });

    private static Dictionary<string, string> Convert(IDictionary? table, Func<object?, string> read)
    {
        var result = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in table ?? new Hashtable())
        {
            result[System.Convert.ToString(entry.Key, CultureInfo.InvariantCulture)!] = read(entry.Value is PSObject wrapped ? wrapped.BaseObject : entry.Value);
        }
        return result;
    }

    private static string Reveal(SecureString secret) => new NetworkCredential(string.Empty, secret).Password;
}
