# What the test files share. Dot-source it in BeforeAll (and in BeforeDiscovery where tests are made from what the module has).

$module = Join-Path $PSScriptRoot '../../out/Agentworks/Agentworks.psd1'
Import-Module $module

# A configuration for tests, which call more often than people do.
$unlimited = @'
[limits]
create_per_minute = 0
exec_per_minute = 0
default_per_minute = 0
max_workspaces = 0
max_memory_mib = 0
max_disk_gib = 0
'@

# The engine's assembly, which PowerShell's own type names do not reach.
function Get-EngineType([string] $Name) {
    $null = Get-AgwConfig -ErrorAction Ignore   # the engine is loaded at its first use
    $engine = [AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { $_.GetName().Name -eq 'Agentworks.Engine' } | Select-Object -First 1
    $engine.GetType($Name, $true)
}

# An operator's folder of its own, until Exit-TestHome.
function Enter-TestHome {
    $folder = Join-Path ([IO.Path]::GetTempPath()) "agentworks-test-$([guid]::NewGuid().ToString('N'))"
    $script:homeBefore = $env:AGENTWORKS_HOME
    $env:AGENTWORKS_HOME = $folder
    $folder
}

function Exit-TestHome {
    $folder = $env:AGENTWORKS_HOME
    $env:AGENTWORKS_HOME = $script:homeBefore
    if (Test-Path $folder) { Remove-Item $folder -Recurse -Force }
}

# Records in the operator's folder, as if the things had been made: one machine that is stopped on purpose and never really was,
# workspaces app and web, the agent coder, and in app the sessions s1, s2 (of the agent) and web (of the admin).
function Add-TestRecord {
    $state = 'Agentworks.State'
    $store = (Get-EngineType "$state.StateStore").GetMethod('Open').Invoke($null, @($env:AGENTWORKS_HOME, [TimeProvider]::System))
    $writerType = Get-EngineType "$state.StateWriter"
    $rows = @(
        New-Row VmRow @{
            Id = 'testvm'; Name = 'dev'; Platform = 'nspawn'; Template = 'default'; State = 'Ready'; DesiredPower = 'Stopped'
            AdminUser = 'agentworks'; HostName = 'dev'; WorkspacesPath = '/opt/agentworks/workspaces'
        }
        foreach ($name in 'app', 'web') {
            New-Row WorkspaceRow @{
                Id = "testws$name"; Name = $name; VmId = 'testvm'; Isolation = 'Shared'; State = 'Ready'; Template = 'default'
                Path = "/opt/agentworks/workspaces/$name"; LinuxGroup = "ws-$name"
            }
        }
        New-Row AgentRow @{ Id = 'testagent'; Name = 'coder'; VmId = 'testvm'; State = 'Ready'; Template = 'default'; LinuxUser = 'agt-coder' }
        foreach ($name in 's1', 's2', 'web') {
            New-Row SessionRow @{
                Id = "testsession$name"; Name = $name; WorkspaceId = 'testwsapp'; AgentId = $(if ($name -ne 'web') { 'testagent' })
                State = 'Ready'; Desired = 'Stopped'; Template = 'default'; Command = "sleep 9`e[31m"
            }
        }
    )
    $grantType = Get-EngineType "$state.Rows.GrantRow"
    $write = {
        param($writer)
        foreach ($row in $rows) { $null = $writer.GetType().GetMethod('Insert', [type[]] $row.GetType()).Invoke($writer, @($row)) }
        foreach ($session in 's1', 's2') {
            $grant = [Activator]::CreateInstance($grantType, 'testagent', 'testwsapp', [enum]::Parse($grantType.GetProperty('Kind').PropertyType, 'Implicit'), "testsession$session")
            $null = $writer.AddGrant($grant)
        }
    }.GetNewClosure()
    $action = [Action`1].MakeGenericType($writerType)
    $method = $store.GetType().GetMethods() | Where-Object { $_.Name -eq 'Write' -and -not $_.IsGenericMethod }
    $null = $method.Invoke($store, @($write -as $action))
    $store.Dispose()
}

function New-Row([string] $Kind, [hashtable] $Values) {
    $defaults = @{ OptionsJson = '{}'; EnvironmentJson = '{}'; SecretNamesJson = '[]'; PlatformData = '{}'; Network = 'direct'; NetworkData = '{}'; FailedSteps = ''; RestartCommand = '' }
    $type = Get-EngineType "Agentworks.State.Rows.$Kind"
    $row = [Runtime.CompilerServices.RuntimeHelpers]::GetUninitializedObject($type)
    foreach ($property in $type.GetProperties() | Where-Object CanWrite) {
        $value = $Values[$property.Name] ?? $defaults[$property.Name]
        if ($null -eq $value) { continue }
        $property.SetValue($row, $(if ($property.PropertyType.IsEnum) { [enum]::Parse($property.PropertyType, $value) } else { $value }))
    }
    $row
}

# What a line completes to, as the console would ask.
function Complete([string] $Line) {
    [Management.Automation.CommandCompletion]::CompleteInput($Line, $Line.Length, $null).CompletionMatches
}

# The program that runs this; installed as a tool of .NET, it runs in the program dotnet.
function Get-PwshPath {
    $program = (Get-Process -Id $PID).Path
    if ((Split-Path -LeafBase $program) -eq 'pwsh') { return $program }
    (Get-Command pwsh -CommandType Application -ErrorAction Stop | Select-Object -First 1).Source
}

# A script in a pwsh of its own, in which nobody can be asked.
function Invoke-Pwsh([string] $Script) {
    $pwsh = Get-PwshPath
    $prolog = "`$PSStyle.OutputRendering = 'PlainText'; Import-Module '$module'; "
    & $pwsh -NoLogo -NoProfile -NonInteractive -Command ($prolog + $Script) 2>&1 | ForEach-Object { "$_" }
}

# Runs a script in a runspace of its own, stops it as Ctrl-C does once -When holds, and says how long the stop took.
function Stop-Midway([string] $Script, [scriptblock] $When) {
    $shell = [powershell]::Create()
    try {
        $null = $shell.AddScript("Import-Module '$module'; $Script")
        $running = $shell.BeginInvoke()
        Wait-Until { $running.IsCompleted -or (& $When) } -What $When
        if ($running.IsCompleted) { throw "It had ended before it was to be stopped: $($shell.Streams.Error)" }
        $watch = [Diagnostics.Stopwatch]::StartNew()
        $stopping = $shell.BeginStop($null, $null)
        $inTime = $stopping.AsyncWaitHandle.WaitOne([TimeSpan]::FromSeconds(30))
        [pscustomobject]@{ Stopped = $inTime; State = "$($shell.InvocationStateInfo.State)"; Elapsed = $watch.Elapsed; Errors = @($shell.Streams.Error) }
    }
    finally { $shell.Dispose() }
}

# The time is only to end a test that is broken: on a busy computer a fresh pwsh alone may take half a minute.
function Wait-Until([scriptblock] $Condition, [int] $Seconds = 180, [string] $What = $Condition) {
    $deadline = [datetime]::UtcNow.AddSeconds($Seconds)
    while (-not (& $Condition)) {
        if ([datetime]::UtcNow -gt $deadline) { throw "In $Seconds s this has not come true: $What" }
        [Threading.Thread]::Sleep(20)
    }
}
