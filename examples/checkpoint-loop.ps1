<#
.SYNOPSIS
    Tries changes one after another, keeps those that pass a test, and takes back those that do not.
.DESCRIPTION
    A snapshot is taken before each change. A change whose test fails is undone by restoring it, which takes milliseconds on a copy-on-write store.
.EXAMPLE
    ./checkpoint-loop.ps1 app -Change 'sed -i s/a/b/ config', 'rm -rf src' -Test 'test -d src'
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $Workspace,
    # Commands that change something.
    [Parameter(Mandatory)] [string[]] $Change,
    # A command that ends with 0 when all is well.
    [Parameter(Mandatory)] [string] $Test
)
$ErrorActionPreference = 'Stop'
foreach ($command in $Change) {
    $before = New-AgwSnapshot -Workspace $Workspace -Name "before-$([guid]::NewGuid().ToString('N').Substring(0, 8))"
    $made = Invoke-AgwCommand $command -Workspace $Workspace
    $tested = Invoke-AgwCommand $Test -Workspace $Workspace
    $kept = $made.ExitCode -eq 0 -and $tested.ExitCode -eq 0
    if (-not $kept) { $before | Restore-AgwSnapshot -Confirm:$false }
    $before | Remove-AgwSnapshot -Confirm:$false
    [pscustomobject] @{ Workspace = $Workspace; Change = $command; Kept = $kept; ExitCode = $made.ExitCode; TestExitCode = $tested.ExitCode; Output = $tested.Output }
}
