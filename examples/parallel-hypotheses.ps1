<#
.SYNOPSIS
    Tries several ways of doing the same at once, each in a fork of one workspace, and ranks them by time.
.DESCRIPTION
    Forks share what they have in common, so that many cost little more than one. Those that failed come last.
.EXAMPLE
    ./parallel-hypotheses.ps1 app @{ sort = './bench.sh sort'; hash = './bench.sh hash' }
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $Workspace,
    # Name of each way, and its command.
    [Parameter(Mandatory)] [Collections.IDictionary] $Hypothesis,
    # Keep the fork of the best one.
    [switch] $KeepBest
)
$ErrorActionPreference = 'Stop'
$snapshot = New-AgwSnapshot -Workspace $Workspace -Name "hypotheses-$PID"
$commands = @{}
foreach ($name in $Hypothesis.Keys) { $commands["$Workspace-$name"] = [string] $Hypothesis[$name] }
$forks = @()
try {
    $forks = $snapshot | Copy-AgwWorkspace -Name ([string[]] $commands.Keys)
    $jobs = foreach ($fork in $forks) { $fork | Start-AgwJob $commands[$fork.Name] }
    $ranked = @($jobs | Wait-AgwJob | Sort-Object { $_.ExitCode -ne 0 }, Duration)
    if ($KeepBest) { $forks = $forks | Where-Object Name -NE $ranked[0].Workspace }
    foreach ($job in $ranked) {
        [pscustomobject] @{
            Hypothesis = $job.Workspace.Substring($Workspace.Length + 1); Workspace = $job.Workspace; Succeeded = $job.ExitCode -eq 0
            Duration = $job.Duration; Output = ($job | Receive-AgwJob) -join "`n"
        }
    }
}
finally {
    $forks | Remove-AgwWorkspace -Cascade -Force -Confirm:$false
    if (-not $KeepBest) { $snapshot | Remove-AgwSnapshot -Confirm:$false }
}
