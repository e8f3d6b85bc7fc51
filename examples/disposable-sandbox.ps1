<#
.SYNOPSIS
    Runs a script that nobody has read yet in a machine of its own, and throws the machine away.
.DESCRIPTION
    The workspace has its own machine without internet. Whatever the script does there, nothing of it is left afterwards but its output.
.EXAMPLE
    ./disposable-sandbox.ps1 'echo hello; id; ls /'
#>
[CmdletBinding()]
param(
    # The text of the script.
    [Parameter(Mandatory)] [string] $Script,
    # What runs it; it reads the script's file.
    [string] $Interpreter = 'sh',
    # Seconds until it is ended.
    [int] $Timeout = 60,
    # Where the machine comes from; the default needs no account.
    [string] $Platform
)
$ErrorActionPreference = 'Stop'
$where = if ($Platform) { @{ Platform = $Platform } } else { @{} }
$sandbox = New-AgwWorkspace "sandbox-$PID" -Isolated @where
try {
    Set-AgwFileContent -Workspace $sandbox /tmp/script $Script
    $sandbox | Invoke-AgwCommand "$Interpreter /tmp/script" -Timeout $Timeout
}
finally { $sandbox | Remove-AgwWorkspace -Force -Confirm:$false }
