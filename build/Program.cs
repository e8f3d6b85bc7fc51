using Agentworks.Build;

const string Usage = """
    build.sh <task> [arguments]        (build.ps1 takes the same)

      build                            the module, ready to import, in out/Agentworks
      demo [-Clean]                    a machine, a workspace, an agent and a session; -Clean removes them
      test [Unit|EndToEnd|Pester [filter]]
                                       all tests, or one suite, or those of it whose name contains the filter
      bench [P1 P2 …]                  the numbers this project promises, or some of them
      help                             compiles docs/help only
      pack                             out/Agentworks.<version>.nupkg
      clean                            removes everything that was built
    """;

var task = args.FirstOrDefault("build");
var rest = args.Skip(1).ToArray();
var repository = Repository.Find();
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    // The child has the terminal and got the same signal: leave it the time to clean up, then end with it.
    pressed.Cancel = true;
    stop.Cancel();
};

try
{
    return task.ToLowerInvariant() switch
    {
        "build" => await Tasks.BuildAsync(repository, stop.Token),
        "help" => Tasks.Help(repository),
        "test" => await Tasks.TestAsync(repository, rest, stop.Token),
        "bench" => await Tasks.BenchAsync(repository, rest, stop.Token),
        "demo" => await Tasks.DemoAsync(repository, rest, stop.Token),
        "pack" => await Tasks.PackAsync(repository, stop.Token),
        "clean" => Tasks.Clean(repository),
        _ => Fail(Usage, 2),
    };
}
catch (BuildException failure)
{
    return Fail(failure.Message, 1);
}

static int Fail(string message, int code)
{
    Console.Error.WriteLine(message);
    return code;
}
