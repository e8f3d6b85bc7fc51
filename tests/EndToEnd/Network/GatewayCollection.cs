namespace Agentworks.Tests.EndToEnd.Network;

/// <summary>The tests that share one fake internet; they run one after another.</summary>
[CollectionDefinition("gateway")]
public sealed class GatewayCollection : ICollectionFixture<GatewayFixture>;
