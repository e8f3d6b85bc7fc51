namespace Agentworks.PowerShell;

internal static class Placeholder
{
}
