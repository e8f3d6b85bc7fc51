<#
.SYNOPSIS
    Shows what snapshots take, and removes the largest ones beyond a number to keep.
.DESCRIPTION
    Snapshots that forks need are left alone, and so is "prepared".
.EXAMPLE
    ./snapshot-sizes.ps1 -Keep 10 -WhatIf
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [string[]] $Workspace = '*',
    # How many of the smallest ones stay.
    [int] $Keep = 10
)
$ErrorActionPreference = 'Stop'
$all = @(Get-AgwWorkspace $Workspace | Get-AgwSnapshot)
$all | Sort-Object UsedBytes | Where-Object { -not $_.Forks -and $_.Name -ne 'prepared' } | Select-Object -Skip $Keep | Remove-AgwSnapshot -WhatIf:$WhatIfPreference -Confirm:$false
Get-AgwWorkspace $Workspace | Get-AgwSnapshot | Sort-Object UsedBytes -Descending
