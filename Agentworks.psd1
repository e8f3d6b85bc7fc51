@{
    RootModule           = 'Agentworks.PowerShell.dll'
    ModuleVersion        = '0.1.0'
    GUID                 = 'b1c9a0e4-6d0e-4f39-9f43-3a5d4a4a7c55'
    Author               = 'Agentworks contributors'
    CompanyName          = 'Agentworks contributors'
    Copyright            = '(c) Agentworks contributors. MIT license.'
    Description          = 'Runs AI coding agents in isolated Linux environments: machines, workspaces, agents with a Linux user of their own, and persistent, locked-down tmux sessions, all as PowerShell objects.'
    PowerShellVersion    = '7.4'
    CompatiblePSEditions = @('Core')
    TypesToProcess       = @('Agentworks.Types.ps1xml')
    FormatsToProcess     = @('Agentworks.Format.ps1xml')
    FunctionsToExport    = @()
    AliasesToExport      = @()
    VariablesToExport    = @()
    FileList             = @()
    CmdletsToExport      = @(
        'Edit-AgwConfig'
        'Enter-AgwAgent'
        'Enter-AgwSession'
        'Enter-AgwVm'
        'Enter-AgwWorkspace'
        'Get-AgwAgent'
        'Get-AgwCatalogEntry'
        'Get-AgwConfig'
        'Get-AgwSession'
        'Get-AgwSessionLog'
        'Get-AgwVm'
        'Get-AgwVmEvent'
        'Get-AgwVmHost'
        'Get-AgwVmLog'
        'Get-AgwWorkspace'
        'Grant-AgwWorkspaceAccess'
        'Import-AgwState'
        'Initialize-AgwAgent'
        'Initialize-AgwVm'
        'Invoke-AgwCommand'
        'New-AgwAgent'
        'New-AgwConfig'
        'New-AgwSession'
        'New-AgwVm'
        'New-AgwWorkspace'
        'Register-AgwVmHost'
        'Remove-AgwAgent'
        'Remove-AgwSession'
        'Remove-AgwVm'
        'Remove-AgwWorkspace'
        'Restart-AgwSession'
        'Restart-AgwVm'
        'Revoke-AgwWorkspaceAccess'
        'Send-AgwSessionInput'
        'Start-AgwSession'
        'Start-AgwVm'
        'Stop-AgwSession'
        'Stop-AgwVm'
        'Test-AgwEnvironment'
        'Test-AgwVm'
        'Unregister-AgwVmHost'
    )
    PrivateData          = @{
        PSData = @{
            Tags = @('PSEdition_Core', 'Linux', 'MacOS', 'Windows', 'agent', 'ai', 'sandbox', 'tmux', 'ssh', 'vm')
        }
    }
}
