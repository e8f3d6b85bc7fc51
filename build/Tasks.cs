using System.Diagnostics;
using Agentworks.Build.Help;
using Agentworks.Build.Testing;

namespace Agentworks.Build;

/// <summary>What build.sh and build.ps1 offer. Each returns an exit code.</summary>
internal static class Tasks
{
    public static async Task<int> BuildAsync(Repository repository, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        await Tool.RequireAsync(
            repository,
            "dotnet",
            ["publish", repository.CmdletsProject, "--configuration", "Release", "--output", repository.Publish, "--verbosity", "quiet", "--nologo"],
            cancellationToken);
        Help(repository);
        var changed = ModuleLayout.Write(repository);
        Console.WriteLine($"{repository.Module}: {changed} files changed, {watch.Elapsed.TotalSeconds:0.0} s");
        return 0;
    }

    public static int Help(Repository repository)
    {
        if (!File.Exists(repository.CmdletsAssembly))
        {
            throw new BuildException("The help is checked against the cmdlets: build first.");
        }

        HelpCompiler.Compile(repository.CmdletsAssembly, repository.HelpPages, Path.Combine(repository.Output, "help"));
        return 0;
    }

    public static async Task<int> TestAsync(Repository repository, string[] arguments, CancellationToken cancellationToken)
    {
        var suites = TestRun.Choose(arguments.FirstOrDefault());
        try
        {
            await BuildAsync(repository, cancellationToken);
        }
        catch (BuildException failure)
        {
            Console.Error.WriteLine(failure.Message);
            Console.WriteLine(TestCounts.FailedSuite("build", failure.Message));
            return 1;
        }

        return await TestRun.RunAsync(repository, suites, arguments.Skip(1).FirstOrDefault(), cancellationToken);
    }

    public static async Task<int> BenchAsync(Repository repository, string[] arguments, CancellationToken cancellationToken)
    {
        await BuildAsync(repository, cancellationToken);
        return await Tool.RunAsync(
            repository, "dotnet", ["run", "--project", repository.At("bench"), "--configuration", "Release", "--", .. arguments], cancellationToken);
    }

    public static async Task<int> DemoAsync(Repository repository, string[] arguments, CancellationToken cancellationToken)
    {
        var pwsh = Tool.RequirePwsh();
        await BuildAsync(repository, cancellationToken);
        return await Tool.RunAsync(repository, pwsh, ["-NoLogo", "-NoProfile", "-File", repository.At("build", "demo.ps1"), .. arguments], cancellationToken);
    }

    public static async Task<int> PackAsync(Repository repository, CancellationToken cancellationToken)
    {
        await BuildAsync(repository, cancellationToken);
        await Package.WriteAsync(repository, cancellationToken);
        return 0;
    }

    public static int Clean(Repository repository)
    {
        string[] projects = ["src", "tests", "bench"];
        var built = projects
            .SelectMany(folder => Directory.EnumerateDirectories(repository.At(folder), "*", SearchOption.AllDirectories))
            .Where(folder => Path.GetFileName(folder) is "bin" or "obj")
            .Append(repository.Output);
        foreach (var folder in built.Where(Directory.Exists).ToArray())
        {
            Directory.Delete(folder, recursive: true);
        }

        return 0;
    }
}
