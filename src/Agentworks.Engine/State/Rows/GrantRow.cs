using Agentworks.Model;

namespace Agentworks.State.Rows;

/// <summary>A grant; its key is all of it, so that none is ever there twice. <see cref="SessionId"/> is set exactly on implicit ones.</summary>
public sealed record GrantRow(string AgentId, string WorkspaceId, GrantKind Kind, string? SessionId = null);
