namespace Agentworks.Tests.EndToEnd.Support;

/// <summary>The tests that share one machine; they run one after another.</summary>
[CollectionDefinition("machine")]
public sealed class MachineCollection : ICollectionFixture<MachineFixture>;
