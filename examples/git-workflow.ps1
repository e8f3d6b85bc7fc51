<#
.SYNOPSIS
    Clones a repository into a workspace, lets a command change it on a branch, and commits and pushes what came of it.
.EXAMPLE
    ./git-workflow.ps1 app-fix -Vm dev -Url https://example.org/app.git -Branch fix -Command 'sed -i s/teh/the/ README.md' -Message 'Mend a typo'
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $Name,
    [Parameter(Mandatory)] [string] $Vm,
    [Parameter(Mandatory)] [string] $Url,
    [Parameter(Mandatory)] [string] $Branch,
    [Parameter(Mandatory)] [string] $Command,
    [Parameter(Mandatory)] [string] $Message
)
$ErrorActionPreference = 'Stop'
$workspace = New-AgwWorkspace $Name -Vm $Vm
$null = $workspace | Import-AgwGitRepository $Url
$null = $workspace | Invoke-AgwCommand "git switch -c '$($Branch -replace "'", "'\''")'"
$done = $workspace | Invoke-AgwCommand $Command
if ($done.ExitCode -ne 0) { throw "The command ended with $($done.ExitCode): $($done.ErrorOutput)" }
$workspace | Get-AgwGitDiff -Stat
$workspace | New-AgwGitCommit -Message $Message -All | Publish-AgwGitBranch -SetUpstream
