<#
.SYNOPSIS
    Replaces a text in all files of a kind, and shows what changed.
.EXAMPLE
    ./edit-files.ps1 app src -Filter *.py -OldText 'DEBUG = True' -NewText 'DEBUG = False'
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $Workspace,
    [string] $Path = '.',
    [string] $Filter = '*',
    [Parameter(Mandatory)] [string] $OldText,
    [Parameter(Mandatory)] [AllowEmptyString()] [string] $NewText
)
$ErrorActionPreference = 'Stop'
Get-AgwFile -Workspace $Workspace $Path -Recurse -File -Filter $Filter |
    Where-Object { (Get-AgwFileContent -Workspace $Workspace $_.Path -Raw).Contains($OldText) } |
    Edit-AgwFile -OldText $OldText -NewText $NewText -All
