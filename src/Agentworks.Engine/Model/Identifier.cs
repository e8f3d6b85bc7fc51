using System.Security.Cryptography;

namespace Agentworks.Model;

/// <summary>Names for things that are never reused: 16 lower-case hexadecimal digits.</summary>
public static class Identifier
{
    public static string New() => Convert.ToHexString(RandomNumberGenerator.GetBytes(8)).ToLowerInvariant();
}
