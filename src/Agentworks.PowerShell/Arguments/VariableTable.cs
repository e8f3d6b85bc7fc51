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
        Convert(table, (_, value) => System.Convert.ToString(value, CultureInfo.InvariantCulture) ?? string.Empty);

    /// <summary>Reads secrets: a SecureString, the password of a PSCredential, or the name of a secret.</summary>
    /// <exception cref="InvalidRequestException">A value is none of these.</exception>
    public static SecretTable ReadSecrets(IDictionary? table)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var all = Convert(table, (key, value) => value switch
        {
            SecureString secret => Reveal(secret),
            PSCredential credential => Reveal(credential.Password),
            string name when names.Add(key) => name,
            _ => throw new InvalidRequestException("A secret must be a SecureString, a PSCredential or the name of a secret.") { Target = value?.GetType().Name },
        });
        return new SecretTable(
            all.Where(one => !names.Contains(one.Key)).ToDictionary(one => one.Key, one => one.Value, StringComparer.Ordinal),
            all.Where(one => names.Contains(one.Key)).ToDictionary(one => one.Key, one => one.Value, StringComparer.Ordinal));
    }

    private static Dictionary<string, string> Convert(IDictionary? table, Func<string, object?, string> read)
    {
        var result = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in table ?? new Hashtable())
        {
            var key = System.Convert.ToString(entry.Key, CultureInfo.InvariantCulture)!;
            result[key] = read(key, entry.Value is PSObject wrapped ? wrapped.BaseObject : entry.Value);
        }
        return result;
    }

    private static string Reveal(SecureString secret) => new NetworkCredential(string.Empty, secret).Password;
}
