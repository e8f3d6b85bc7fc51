<#
.SYNOPSIS
    Builds in an environment that is set up once and stays: dependencies are installed at the first call, later ones only build.
.EXAMPLE
    ./build-environment.ps1 app-build -Vm dev -GitUrl https://example.org/app.git -Setup 'npm ci' -Build 'npm run build'
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $Name,
    # The machine; none: one of its own.
    [string] $Vm,
    [string] $GitUrl,
    # Commands that prepare it, run once and again when they change.
    [string[]] $Setup = @(),
    [Parameter(Mandatory)] [string] $Build
)
$ErrorActionPreference = 'Stop'
$where = if ($Vm) { @{ Vm = $Vm } } else { @{ Isolated = $true; AllowInternet = $true } }
if ($GitUrl) { $where.GitUrl = $GitUrl }
if ($Setup) { $where.SetupCommand = $Setup }
$null = Initialize-AgwWorkspace $Name @where
$workspace = Get-AgwWorkspace $Name
if ($workspace.Isolation -eq 'Dedicated') { $workspace = $workspace | Start-AgwWorkspace -PassThru }
$workspace | Invoke-AgwCommand $Build
