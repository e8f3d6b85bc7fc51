# The main job, start to end: a machine on the default platform, a workspace from a git repository, an agent, and a session that runs
# a command as that agent. Run again, it takes up what is there. -Clean removes every trace.
# It works in your own Agentworks folder, so that the commands it names at the end work in your next shell.
param([switch] $Clean)
$ErrorActionPreference = 'Stop'
$module = Convert-Path (Join-Path $PSScriptRoot '../out/Agentworks')
Import-Module $module

# The marker is there while the demo is, and names the folders that it made.
$homeFolder = if ($env:AGENTWORKS_HOME) { $env:AGENTWORKS_HOME } else { Join-Path $HOME '.config/agentworks' }
$machineFolder = '/var/lib/agentworks'
$marker = Join-Path $homeFolder '.demo'

function Show([string] $Title, $Object) {
    Write-Host "`n$Title" -ForegroundColor Cyan
    $Object | Format-Table | Out-Host
}

# What is whole is used as it is; anything else is made, which also finishes what an interrupted run began.
function Use-OrNew($Existing, [scriptblock] $New) {
    if ($Existing -and $Existing.State -in 'Ready', 'Partial') { $Existing } else { & $New }
}

function New-DemoRepository {
    $folder = Join-Path ([IO.Path]::GetTempPath()) "agentworks-demo-$PID"
    $null = New-Item -ItemType Directory $folder
    '# demo-app', '', 'A repository to work in.' | Set-Content (Join-Path $folder 'README.md')
    $git = 'git', '-C', $folder, '-c', 'user.name=Demo', '-c', 'user.email=demo@example.org'
    foreach ($step in ('init', '--quiet', '--initial-branch=main'), ('add', '.'), ('commit', '--quiet', '-m', 'Begin the demo')) {
        & $git[0] $git[1..($git.Count - 1)] @step
        if ($LASTEXITCODE) { throw "git $($step[0]) failed with exit code $LASTEXITCODE." }
    }
    $folder
}

if ($Clean) {
    if (-not (Test-Path $marker)) { Write-Host 'There is no demo to remove.'; return }
    Get-AgwVm demo -NoStatus -ErrorAction Ignore | Remove-AgwVm -Cascade -Force -Confirm:$false
    $made = @(Get-Content $marker)
    $inUse = @(Get-AgwVm -NoStatus; Get-Item (Join-Path $homeFolder config.toml) -ErrorAction Ignore)
    Remove-Module Agentworks
    Remove-Item $marker -Force
    # Folders that the demo made go too, unless something else has come to live in them.
    if ($homeFolder -in $made -and -not $inUse) { Remove-Item $homeFolder -Recurse -Force }
    if ($machineFolder -in $made -and -not (Get-ChildItem $machineFolder/machines -ErrorAction Ignore)) {
        Remove-Item $machineFolder -Recurse -Force -ErrorAction Ignore
    }
    Write-Host 'The demo is gone.'
    return
}

if (-not (Test-Path $marker)) {
    $made = $homeFolder, $machineFolder | Where-Object { -not (Test-Path $_) }
    if ($homeFolder -in $made) {
        $null = New-Item -ItemType Directory $homeFolder
        if (-not $IsWindows) { chmod 700 $homeFolder }
    }
    elseif (Get-AgwVm demo -NoStatus -ErrorAction Ignore) {
        throw 'You have a machine called demo that this script did not make. Remove it first, or set AGENTWORKS_HOME to another folder.'
    }
    Set-Content $marker $made
}

$vm = Use-OrNew (Get-AgwVm demo -ErrorAction Ignore) { New-AgwVm demo }
if ($vm.Status -ne 'Running') { Start-AgwVm demo; $vm = Get-AgwVm demo }
Show 'A machine' $vm

$workspace = Use-OrNew (Get-AgwWorkspace demo-app -ErrorAction Ignore) {
    $repository = New-DemoRepository
    try { New-AgwWorkspace demo-app -Vm demo -Repository $repository }
    finally { Remove-Item $repository -Recurse -Force }
}
Show 'A workspace on it, cloned from a git repository' $workspace

$agent = Use-OrNew (Get-AgwAgent demo-coder -ErrorAction Ignore) { New-AgwAgent demo-coder -Vm demo }
Show 'An agent: a Linux user of its own' $agent

$session = Use-OrNew (Get-AgwSession demo-1 -ErrorAction Ignore) {
    New-AgwSession demo-1 -Workspace demo-app -Agent demo-coder -Command 'while true; do date; git log --oneline -3; echo; sleep 5; done'
}
if ($session.Status -ne 'Running') { Start-AgwSession demo-1; $session = Get-AgwSession demo-1 }
Show 'A session of that agent in that workspace' $session

Write-Host @"

All of it keeps running. Try, in any pwsh after Import-Module $($module):

  Enter-AgwSession demo-1                 # detach with Ctrl-B d
  Get-AgwSessionLog demo-1 -Wait          # Ctrl-C ends it
  Invoke-AgwCommand -Workspace demo-app 'git log --oneline'

To remove it: ./build.sh demo -Clean
"@
