namespace Agentworks.Tests.EndToEnd.Support;

/// <summary>The tests that measure this process's memory. They run when all others are through: what others allocate meanwhile would count as theirs.</summary>
[CollectionDefinition("alone", DisableParallelization = true)]
public sealed class AloneCollection : ICollectionFixture<MachineFixture>;
