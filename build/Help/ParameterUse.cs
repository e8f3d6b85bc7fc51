namespace Agentworks.Build.Help;

/// <summary>How a parameter is used in one parameter set; <paramref name="Position"/> is null for one that is only named.</summary>
internal sealed record ParameterUse(bool Mandatory, int? Position, bool FromPipeline, bool FromPipelineByName);
