namespace Agentworks.Tests.EndToEnd.Support;

/// <summary>Tests of dedicated workspaces, one after the other, in one operator's folder.</summary>
[CollectionDefinition("dedicated")]
public sealed class DedicatedCollection : ICollectionFixture<DedicatedFixture>;
