using Agentworks.Config;
using Agentworks.Platforms;
using Agentworks.Ports;
using Agentworks.Transport;

namespace Agentworks;

/// <summary>What the engine needs from outside.</summary>
public sealed record EngineOptions
{
    /// <summary>The operator's folder: configuration, state, keys, locks.</summary>
    public required string Home { get; init; }

    public IProcessRunner Processes { get; init; } = new ProcessRunner();
    public TimeProvider Clock { get; init; } = TimeProvider.System;
    public ISecretSource Secrets { get; init; } = new EnvironmentSecretSource();

    /// <summary>Where machines come from; null for all platforms that are built.</summary>
    public PlatformRegistry? Platforms { get; init; }

    /// <summary>Rate limits and quotas; null for those of the configuration.</summary>
    public LimitsSection? Limits { get; init; }

    /// <summary>Lets the host put a program of its own between the engine and its connections.</summary>
    public Func<ChannelCommand, ChannelCommand> Connect { get; init; } = static command => command;

    /// <summary><c>AGENTWORKS_HOME</c>, else <c>~/.config/agentworks</c>, on Windows too.</summary>
    public static string DefaultHome()
    {
        var home = Environment.GetEnvironmentVariable("AGENTWORKS_HOME");
        return string.IsNullOrEmpty(home)
            ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".config", "agentworks")
            : Path.GetFullPath(home);
    }
}
