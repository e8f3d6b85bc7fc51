#!/usr/bin/env pwsh
# The same tasks as build.sh, from PowerShell: ./build.ps1 build|demo|test|bench|help|pack|clean. build/Program.cs says what each does.
# No param block: what follows the task is passed on as it is, -Clean and all.
$ErrorActionPreference = 'Stop'
$env:PWSH = (Get-Process -Id $PID).Path

if ($IsLinux) {
    & (Join-Path $PSScriptRoot build.sh) @args   # sees to Debian's packages first
}
else {
    if (-not (Get-Command dotnet -ErrorAction Ignore)) { throw 'This needs the .NET SDK 10 or later: https://dot.net/download' }
    $env:DOTNET_NOLOGO = $env:DOTNET_CLI_TELEMETRY_OPTOUT = 1
    dotnet run --project (Join-Path $PSScriptRoot build) --verbosity quiet -- @args
}
exit $LASTEXITCODE
