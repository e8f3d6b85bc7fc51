using Agentworks.Model;

namespace Agentworks.Doctor;

/// <summary>Looks at the operator's own computer, configuration and state, and says what is missing.</summary>
public sealed class DoctorService
{
    /// <param name="online">Also ask every machine.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public IAsyncEnumerable<AgwEnvironmentCheck> CheckAsync(bool online, CancellationToken cancellationToken) => throw new NotImplementedException();
}
