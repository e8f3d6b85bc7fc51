using Agentworks.Build.Help;

namespace Agentworks.Build;

/// <summary>Packs out/Agentworks as the nupkg that the PowerShell Gallery and Install-PSResource expect: the module's files at its root.</summary>
internal static class Package
{
    public static async Task WriteAsync(Repository repository, CancellationToken cancellationToken)
    {
        var cmdlets = CmdletReader.Read(repository.CmdletsAssembly).Select(cmdlet => cmdlet.Name).ToArray();
        string[] tags = ["PSModule", "PSEdition_Core", "Windows", "Linux", "MacOS", "PSIncludes_Cmdlet", .. cmdlets.Select(name => $"PSCmdlet_{name}")];
        await Tool.RequireAsync(
            repository,
            "dotnet",
            [
                "pack", repository.CmdletsProject, "--no-build", "--configuration", "Release", "--output", repository.Output, "--nologo", "--verbosity", "quiet",
                "-p:NoPackageAnalysis=true",
                $"-p:NuspecFile={repository.At("build", "Agentworks.nuspec")}",
                $"-p:NuspecBasePath={repository.Module}",
                $"-p:NuspecProperties=\"version={repository.Version};tags={string.Join(' ', tags)}\"",
            ],
            cancellationToken);
        Console.WriteLine(Path.Combine(repository.Output, $"Agentworks.{repository.Version}.nupkg"));
    }
}
