namespace Agentworks.Tests.EndToEnd.Support;

/// <summary>The same as <see cref="MachineFactAttribute"/> for a test of several cases.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class MachineTheoryAttribute : TheoryAttribute
{
    public MachineTheoryAttribute() => Skip = new MachineFactAttribute().Skip;
}
