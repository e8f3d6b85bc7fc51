# Workspaces with machines of their own, as an operator uses them: made, claimed from a pool, suspended, forked, removed.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Machine.ps1
}

Describe 'Isolated workspaces' -Tag Machine {
    BeforeAll {
        $script:why = Get-WhyNoMachine
        $script:folder = Enter-TestHome
        $null = New-Item -ItemType Directory $folder
        Set-Content (Join-Path $folder config.toml) $unlimited
    }

    BeforeEach { if ($why) { Set-ItResult -Skipped -Because $why } }

    AfterAll {
        if ($why) { Exit-TestHome; return }
        Get-AgwWorkspacePool | ForEach-Object { $null = Set-AgwWorkspacePool $_.Image -Count 0 }
        Get-AgwWorkspace -Isolation Dedicated | Where-Object ParentWorkspace | Remove-AgwWorkspace -Confirm:$false
        Get-AgwVm -NoStatus -IncludePool | Remove-AgwVm -Cascade -Confirm:$false
        Exit-TestHome
    }

    It 'refuse sizes for shared ones' {
        { New-AgwWorkspace x -Isolation Shared -MemoryMB 512 -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidRequest*'
    }

    It 'come, work, rest and go' {
        $made = New-AgwWorkspace sand -Isolated -Platform nspawn -MemoryMB 300 -DiskGB 2
        $made.Isolation, $made.Boundary, $made.Path, $made.Image | Should -Be 'Dedicated', 'Namespace', '/workspace', 'debian-12'
        ($made | Invoke-AgwCommand 'id -un').Output.Trim() | Should -Be workspace
        (Get-AgwImage debian-12 -Platform nspawn).MachineCount | Should -BeGreaterOrEqual 1
        Suspend-AgwWorkspace sand
        (Get-AgwWorkspace sand -Status).Status | Should -Be Suspended
        { Invoke-AgwCommand -Workspace sand true -ErrorAction Stop } | Should -Throw '*suspended*'
        (Resume-AgwWorkspace sand -PassThru).Name | Should -Be sand
        Stop-AgwWorkspace sand -Force
        { Invoke-AgwCommand -Workspace sand true -ErrorAction Stop } | Should -Throw '*stopped on purpose*'
        (Start-AgwWorkspace sand -PassThru | Invoke-AgwCommand 'hostname').Output.Trim() | Should -Be sand
        Get-AgwWorkspace -Isolation Shared | Should -BeNullOrEmpty
        (Get-AgwWorkspace -Isolation Dedicated).Name | Should -Be sand
        Remove-AgwVm sand -Confirm:$false
        Get-AgwWorkspace | Should -BeNullOrEmpty
    }

    It 'come from a pool with the size that was asked for' {
        (Set-AgwWorkspacePool debian-12 1 -Platform nspawn -MemoryMB 300 -DiskGB 2).Ready | Should -Be 1
        Get-AgwVm -NoStatus | Should -BeNullOrEmpty
        (Get-AgwVm -NoStatus -IncludePool).InPool | Should -BeTrue
        $claimed = New-AgwWorkspace quick -Isolated -Platform nspawn -MemoryMB 400 -DiskGB 2
        $claimed.FromPool, $claimed.MemoryMiB | Should -Be $true, 400
        ($claimed | Invoke-AgwCommand 'hostname').Output.Trim() | Should -Be quick
        (Update-AgwWorkspacePool -PassThru).Ready | Should -Be 1
        { Remove-AgwImage debian-12 -Platform nspawn -Confirm:$false -ErrorAction Stop } | Should -Throw '*pool*'
        Set-AgwWorkspacePool debian-12 0 -Platform nspawn | Should -BeNullOrEmpty
        Get-AgwWorkspacePool | Should -BeNullOrEmpty
        $claimed | Remove-AgwWorkspace -Confirm:$false
    }

    It 'have nothing to register when nothing is lost' {
        Get-AgwWorkspace -Orphaned | Should -BeNullOrEmpty
        Register-AgwWorkspace -All | Should -BeNullOrEmpty
        { Register-AgwWorkspace nosuch -ErrorAction Stop } | Should -Throw '*not found*'
    }
}
