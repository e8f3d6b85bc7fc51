using System.Security.Cryptography;
using System.Text.Json;
using Agentworks.Ports;
using Agentworks.Workspaces;

namespace Agentworks.Preparing;

/// <summary>What a prepared snapshot is made of, as a hash: the same inputs need no new one. What a branch holds is none of them.</summary>
internal static class PreparationInputs
{
    public static async Task<string> HashAsync(PrepareWorkspace request, IProcessRunner processes, CancellationToken cancellationToken)
    {
        var source = RepositorySource.Parse(request.Workspace.Repository);

        // A folder of the operator's is at hand, so its commit counts.
        var commit = source?.Folder is { } folder
            ? (await processes.RunAsync("git", ["-C", folder, "rev-parse", "HEAD"], null, cancellationToken).ConfigureAwait(false)).Output.Trim()
            : null;
        object?[] inputs =
        [
            1, source?.Folder ?? source?.Url, commit, request.Workspace.Branch, request.Workspace.Template, request.Dedicated is not null,
            request.Dedicated?.Platform, request.Dedicated?.Image, request.Dedicated?.Cpus, request.Dedicated?.MemoryMiB, request.Dedicated?.DiskGiB, request.SetupCommands,
        ];
        return Convert.ToHexString(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(inputs))).ToLowerInvariant();
    }
}
