# Runs the Pester tests under -Path and writes the counts as JSON to -Result. Exit code 86: there is no Pester 5.
param(
    [Parameter(Mandatory)] [string] $Path,
    [Parameter(Mandatory)] [string] $Result,
    [string] $Filter
)
$ErrorActionPreference = 'Stop'

$pester = Get-Module Pester -ListAvailable | Where-Object { $_.Version.Major -eq 5 } | Sort-Object Version | Select-Object -Last 1
if (-not $pester) { exit 86 }
Import-Module $pester.Path

$configuration = New-PesterConfiguration
$configuration.Run.Path = $Path
$configuration.Run.PassThru = $true
$configuration.Output.Verbosity = 'Detailed'
if ($Filter) { $configuration.Filter.FullName = "*$Filter*" }
$run = Invoke-Pester -Configuration $configuration

# The machine that the files shared goes when all of them are done.
$teardown = Join-Path $Path 'Teardown.ps1'
if (Test-Path $teardown) { & $teardown }

# A BeforeAll that threw or a file that does not parse may leave no failed test behind, yet is a failure.
$failed = $run.FailedCount
if ($failed -eq 0) { $failed = $run.FailedContainersCount + $run.FailedBlocksCount }
@{
    Passed      = $run.PassedCount
    Failed      = $failed
    SkipReasons = @(foreach ($test in $run.Skipped) {
            $reason = "$($test.ErrorRecord)" -replace '^is skipped, because ', ''
            if ($reason) { $reason } else { $test.ExpandedPath }
        })
} | ConvertTo-Json | Set-Content -Path $Result
exit [int]($failed -gt 0)
