namespace Agentworks.Tests.EndToEnd.Transport;

/// <summary>A test that needs root: it makes users, or a server that lets them in.</summary>
public sealed class RootFactAttribute : FactAttribute
{
    public RootFactAttribute()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            Skip = "needs root";
        }
    }
}
