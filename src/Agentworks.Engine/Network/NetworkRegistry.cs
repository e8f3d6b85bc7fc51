using Agentworks.Errors;
using Agentworks.Ports;

namespace Agentworks.Network;

/// <summary>The network drivers by their names in config.toml.</summary>
public sealed class NetworkRegistry(IProcessRunner processes)
{
    private readonly INetworkDriver[] _drivers = [new DirectNetwork(), new TailscaleNetwork(processes)];

    public IReadOnlyList<INetworkDriver> All => _drivers;

    /// <exception cref="InvalidRequestException">There is none of that name.</exception>
    public INetworkDriver Get(string name) => Array.Find(_drivers, driver => driver.Name == name)
        ?? throw new InvalidRequestException($"There is no network '{name}'.")
        {
            Target = name,
            Recommendation = $"Use one of: {string.Join(" and ", _drivers.Select(driver => driver.Name))}.",
        };
}
