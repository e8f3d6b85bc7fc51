<#
.SYNOPSIS
    Lets several features grow at once, each in a fork of a prepared workspace, and merges them back.
.DESCRIPTION
    Each feature is a command that changes the files of its own fork. What it changed is committed there and merged into the source, one after
    another. A feature that fails or conflicts keeps its fork, for somebody to look at.
.EXAMPLE
    ./fork-and-merge.ps1 golden @{ 'feat-a' = 'echo a > a.txt'; 'feat-b' = 'echo b > b.txt' }
#>
[CmdletBinding()]
param(
    # The workspace to fork and to merge into; a git repository.
    [Parameter(Mandatory)] [string] $Workspace,
    # Name of each fork, and its command.
    [Parameter(Mandatory)] [Collections.IDictionary] $Feature,
    # The snapshot to fork; none: one that is taken now.
    [string] $Snapshot,
    [ValidateSet('Sequential', 'BranchPerSource', 'CherryPick')] [string] $Strategy = 'Sequential'
)
$ErrorActionPreference = 'Stop'
$from = if ($Snapshot) { Get-AgwSnapshot -Workspace $Workspace $Snapshot } else { New-AgwSnapshot -Workspace $Workspace -Name "fork-$PID" }
$forks = $from | Copy-AgwWorkspace -Name ([string[]] $Feature.Keys)
$jobs = foreach ($fork in $forks) { $fork | Start-AgwJob $Feature[$fork.Name] }
$worked = $jobs | Wait-AgwJob | Where-Object ExitCode -EQ 0
$ready = $forks | Where-Object Name -In $worked.Workspace
foreach ($fork in $ready) { $null = $fork | New-AgwGitCommit -Message "Feature $($fork.Name)" -All }
$merged = $ready | Merge-AgwWorkspace -Into $Workspace -Strategy $Strategy
$merged
$done = $merged | Where-Object Success
$forks | Where-Object Name -In $done.Source | Remove-AgwWorkspace -Cascade -Force -Confirm:$false
if (-not $Snapshot -and @($done).Count -eq @($forks).Count) { $from | Remove-AgwSnapshot -Confirm:$false }
