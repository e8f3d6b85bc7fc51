using Agentworks.Agents;
using Agentworks.Backups;
using Agentworks.Commands;
using Agentworks.Config;
using Agentworks.Consoles;
using Agentworks.Dedicated;
using Agentworks.Doctor;
using Agentworks.Files;
using Agentworks.Forgetting;
using Agentworks.Git;
using Agentworks.Git.Work;
using Agentworks.History;
using Agentworks.Import;
using Agentworks.Jobs;
using Agentworks.Limits;
using Agentworks.Logs;
using Agentworks.Machines;
using Agentworks.Network;
using Agentworks.Operations;
using Agentworks.OperatorFiles;
using Agentworks.Platforms;
using Agentworks.PortForwards;
using Agentworks.Preparing;
using Agentworks.Provisioning.Nerf;
using Agentworks.Secrets;
using Agentworks.Sessions;
using Agentworks.Snapshots;
using Agentworks.State;
using Agentworks.Transport;
using Agentworks.Variables;
using Agentworks.VmHosts;
using Agentworks.Vms;
using Agentworks.Workspaces;

namespace Agentworks;

/// <summary>
/// Everything for one operator's folder, wired together. Thread-safe; hold one for as long as possible, because it keeps the
/// connections to the machines.
/// </summary>
public sealed class AgentworksEngine : IAsyncDisposable
{
    private readonly StateStore _store;
    private readonly MachineConnections _machines;

    private AgentworksEngine(EngineOptions options)
    {
        _store = StateStore.Open(options.Home, options.Clock);
        var logs = new LogFolder(options.Home, options.Clock);
        Platforms = options.Platforms ?? new PlatformRegistry(options.Processes, options.Clock);
        Config = new ConfigService(options.Home);
        Catalog = new CatalogService(Config);
        var own = new OperatorKey(options.Home, options.Processes);
        var knownHostsFile = Path.Combine(options.Home, "known_hosts");
        var knownHosts = new KnownHosts(knownHostsFile);
        var ssh = new SshCommandBuilder(knownHostsFile);
        var keys = new OperatorKeys(options.Home, Config, own);
        var networks = new NetworkRegistry(options.Processes);
        _machines = new MachineConnections(Platforms, networks, ssh, keys, _store, options.Connect);
        var power = new MachinePower(Platforms, _store);
        SshConfig = new SshConfigService(
            _store, Config, _machines, keys, knownHostsFile, options.Processes, Environment.GetFolderPath(Environment.SpecialFolder.UserProfile));
        CodeWorkspaces = new CodeWorkspaceService(_store, Config, SshConfig, options.Processes);
        var operations = new OperationRunner(_store, new OperatorFileRefresh(SshConfig, CodeWorkspaces), logs, options.Clock);

        var secrets = Secrets = new SecretResolver(options.Secrets);
        Func<LimitsSection> limits = () => options.Limits ?? Config.Load().Limits;
        var limiter = RateLimiter = new RateLimiter(_store, limits, options.Clock);
        var variables = new VariablePlanner(Config, _store);
        WorkspaceVariables = new WorkspaceVariables(_store, _machines, operations);
        var gitCredentials = new GitCredentialPlanner(_store, Config, secrets, options.Clock);
        GitCredentials = new GitCredentialService(_store, Config, _machines, operations, gitCredentials, secrets);
        Variables = new VariableService(_store, variables);
        var shellVariables = new ShellVariables(variables, secrets);
        var planner = new SessionPlanner(_store, Config, variables, secrets, options.Clock);
        Sessions = new SessionService(_store, _machines, operations, planner, new SessionObserver(_store, _machines, power));
        Consoles = new ConsoleService(_store, _machines, operations, new ConsolePlanner(_store, Config), new ConsoleObserver(_store, _machines, power));
        Jobs = new JobService(_store, _machines, power, operations, new JobPlanner(_store, variables, secrets), limiter, options.Clock);
        var agentPlanner = new AgentPlanner(_store, Config, keys, gitCredentials, variables);
        Agents = new AgentService(_store, Config, _machines, operations, agentPlanner, Sessions, Jobs, shellVariables, options.Clock);
        AgentChecks = new AgentChecker(_store, agentPlanner, _machines);
        var cloneCredentials = new CloneCredentials(Config, secrets);
        Workspaces = new WorkspaceService(
            _store, Config, _machines, operations, Sessions, Jobs, shellVariables, cloneCredentials, options.Processes, options.Clock, () => Dedicated!);
        var identity = new OperatorIdentity(options.Processes);
        Git = new GitService(_store, _machines, operations, cloneCredentials, identity);
        GitImports = new GitImporter(_store, _machines, operations, cloneCredentials, options.Processes);
        var dedicatedMaker = new DedicatedMaker(
            _store, Config, Platforms, _machines, keys, knownHosts, operations, Workspaces, new Quotas(limits), limiter, () => Pools!, options.Clock);
        var disks = new DiskSnapshots(_store, Platforms, _machines, dedicatedMaker, options.Clock);
        Snapshots = new SnapshotService(_store, operations, power, [disks, new TreeSnapshots(_store, _machines, Workspaces, Sessions, options.Clock)], options.Clock);
        Forks = new ForkService(_store, operations, Snapshots, limiter);
        WorkspaceCopier = new WorkspaceCopier(_store, _machines, operations, Workspaces, Forks, options.Clock);
        WorkspaceMover = new WorkspaceMover(_store, _machines, operations, Workspaces, WorkspaceCopier, Sessions, Jobs);
        WorkspaceUpkeep = new WorkspaceUpkeep(_store, _machines, power, operations, WorkspaceMover, options.Clock);
        Merges = new MergeService(_store, _machines, operations, Snapshots, identity);
        Preparations = new PreparationService(
            _store, _machines, operations, Workspaces, () => Dedicated!, GitImports, Snapshots, variables, secrets, options.Processes, options.Clock);
        SessionMaker = new SessionMaker(_store, operations, Sessions, planner, Workspaces, Agents);
        var plan = new VmPlan(_store, Config, Platforms, networks, keys, gitCredentials, variables, new NerfPlugin(options.Processes));
        PortForwards = new PortForwardService(_store, _machines, operations, options.Processes, options.Home, options.Clock);
        var network = new VmNetwork(_store, Config, networks, _machines, PortForwards, operations);
        var maker = new VmMaker(_store, Config, Platforms, _machines, plan, network, ssh, knownHosts, gitCredentials, options.Clock);
        var cleaner = new VmCleaner(_store, Platforms, _machines, knownHosts, Workspaces, Agents, PortForwards, network);
        Pools = new PoolService(_store, Platforms, operations, dedicatedMaker, cleaner, options.Clock);
        Adoption = new AdoptionService(_store, Config, Platforms, dedicatedMaker, Workspaces, options.Clock);
        Images = new ImageService(_store, Platforms, operations);
        Dedicated = new DedicatedService(_store, Platforms, _machines, power, dedicatedMaker, cleaner, Workspaces);
        Forget = new ForgetService(_store, Platforms, _machines, power, operations, knownHosts, PortForwards);
        Vms = new VmService(
            _store, Platforms, _machines, power, operations, maker, cleaner, plan, new VmChecker(_store, plan, _machines, power), new VmDetails(_store, Platforms, _machines),
            network, options.Secrets, shellVariables);
        MachineLogs = new MachineLogService(_store, Platforms, _machines, power);
        NetworkPolicies = new NetworkPolicyService(_store, Platforms, operations);
        Commands = new CommandService(_store, _machines, variables, secrets, limiter, options.Clock);
        Files = new FileService(_store, _machines);
        FileEditor = new FileEditor(Files);
        FileCopier = new FileCopier(Files, Config);
        Import = new ImportService(_store, Config, planner, Platforms, knownHosts);
        History = new VmHistoryService(_store, logs);
        Backups = new BackupService(_store, Config, _machines, operations, options.Clock);
        Restores = new RestoreService(_store, Config, _machines, operations, maker, cleaner, Workspaces, Agents, options.Clock);
        VmHosts = new VmHostService(_store, options.Processes);
        Doctor = new DoctorService(options.Home, options.Processes, Config, _store, Platforms, Vms);
    }

    /// <summary>Opens the operator's folder; makes it when it is not there. Asks no machine.</summary>
    /// <exception cref="Errors.StateFileException">The state file is damaged, foreign or newer.</exception>
    public static AgentworksEngine Open(EngineOptions options) => new(options);

    public PlatformRegistry Platforms { get; }
    public ConfigService Config { get; }
    public CatalogService Catalog { get; }
    public VmService Vms { get; }
    public ImportService Import { get; }
    public VmHistoryService History { get; }
    public BackupService Backups { get; }
    public RestoreService Restores { get; }
    public VmHostService VmHosts { get; }
    public WorkspaceService Workspaces { get; }
    public DedicatedService Dedicated { get; }
    public PoolService Pools { get; }
    public AdoptionService Adoption { get; }
    public ImageService Images { get; }
    public WorkspaceCopier WorkspaceCopier { get; }
    public WorkspaceMover WorkspaceMover { get; }
    public WorkspaceUpkeep WorkspaceUpkeep { get; }
    public SnapshotService Snapshots { get; }
    public ForkService Forks { get; }
    public SshConfigService SshConfig { get; }
    public CodeWorkspaceService CodeWorkspaces { get; }
    public AgentService Agents { get; }
    public AgentChecker AgentChecks { get; }
    public SessionService Sessions { get; }
    public ConsoleService Consoles { get; }
    public JobService Jobs { get; }
    public RateLimiter RateLimiter { get; }
    public SessionMaker SessionMaker { get; }
    public PortForwardService PortForwards { get; }
    public NetworkPolicyService NetworkPolicies { get; }
    public MachineLogService MachineLogs { get; }
    public ForgetService Forget { get; }
    public CommandService Commands { get; }
    public FileService Files { get; }
    public FileEditor FileEditor { get; }
    public FileCopier FileCopier { get; }
    public SecretResolver Secrets { get; }
    public GitCredentialService GitCredentials { get; }
    public GitService Git { get; }
    public GitImporter GitImports { get; }
    public MergeService Merges { get; }
    public PreparationService Preparations { get; }
    public VariableService Variables { get; }
    public WorkspaceVariables WorkspaceVariables { get; }
    public DoctorService Doctor { get; }

    public async ValueTask DisposeAsync()
    {
        await Pools.DisposeAsync().ConfigureAwait(false);
        await _machines.DisposeAsync().ConfigureAwait(false);
        _store.Dispose();
    }
}
