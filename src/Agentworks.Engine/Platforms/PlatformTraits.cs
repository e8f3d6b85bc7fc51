namespace Agentworks.Platforms;

/// <summary>What a platform can and cannot do, for messages and for the choice of what is offered.</summary>
/// <param name="OwnsMachine">False when machines are adopted: removing one only undoes what we did to it.</param>
/// <param name="EnforcesSize">Whether CPU and memory limits hold.</param>
/// <param name="CanStart">Whether power can be controlled.</param>
/// <param name="Boundary">What stands between a machine and this computer.</param>
public sealed record PlatformTraits(bool OwnsMachine, bool EnforcesSize, bool CanStart, MachineBoundary Boundary = MachineBoundary.None);
