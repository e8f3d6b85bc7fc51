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
$left = $null
if (Test-Path $teardown) {
    try { & $teardown } catch { $left = $_ }
}

# A BeforeAll that threw or a file that does not parse may leave no failed test behind, yet is a failure.
$failed = @($run.Failed)
if ($failed.Count -eq 0) { $failed = @($run.FailedBlocks) + @($run.FailedContainers) }

# What a test, or else the block or the file around it, said, with the lines of the tests that led there.
function Get-Detail($of) {
    for ($it = $of; $it; $it = $it.Block ?? $it.Parent ?? $it.BlockContainer) {
        foreach ($record in $it.ErrorRecord) {
            "$record"
            $record.ScriptStackTrace -split "`n" -match '\.Tests\.ps1'
        }
        if ($it.ErrorRecord) { return }
    }
}
@{
    Passed      = $run.PassedCount
    Failures    = @(foreach ($it in $failed) {
            @{ Test = "$($it.ExpandedPath ?? $it.Item)"; Details = (Get-Detail $it) -join "`n" }
        }
        if ($left) { @{ Test = 'Teardown.ps1'; Details = "$left" } })
    SkipReasons = @(foreach ($test in $run.Skipped) {
            $reason = "$($test.ErrorRecord)" -replace '^is skipped, because ', ''
            if ($reason) { $reason } else { $test.ExpandedPath }
        })
} | ConvertTo-Json -Depth 3 | Set-Content -Path $Result
exit [int]($failed.Count -gt 0 -or $null -ne $left)
