using Agentworks.Errors;
using Agentworks.Variables;

namespace Agentworks.Sessions;

/// <summary>Checks the variables that callers give to sessions and commands.</summary>
public static class SessionVariables
{
    /// <exception cref="InvalidRequestException">A name cannot be one.</exception>
    public static void Validate(IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            if (VariableName.Problem(name) is { } problem)
            {
                throw new InvalidRequestException($"'{name}' cannot name an environment variable: {problem}")
                {
                    Target = name,
                    Recommendation = "Use letters, digits and underscores, such as API_KEY.",
                };
            }
        }
    }
}
