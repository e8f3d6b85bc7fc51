using Agentworks.Transport;

namespace Agentworks.OperatorFiles;

/// <summary>A machine in ssh's configuration.</summary>
/// <param name="Alias">What the operator types after ssh.</param>
/// <param name="Vm">The machine's name.</param>
/// <param name="AdminUser">Who that is there.</param>
/// <param name="Endpoint">Where it is.</param>
/// <param name="Agents">Its agents and their Linux users, who have aliases of their own.</param>
public sealed record SshConfigHost(
    string Alias, string Vm, string AdminUser, SshEndpoint Endpoint, IReadOnlyList<(string Agent, string LinuxUser)> Agents)
{
    public string AliasOf(string linuxUser) => $"{Alias}--{linuxUser}";
}
