# Backups of a machine, a real one. That what comes back is equal is proven by the end-to-end tests.

BeforeAll {
    . $PSScriptRoot/Machine.ps1
    $why = Enter-TestMachine
    $folder = Join-Path ([IO.Path]::GetTempPath()) "agentworks-backups-$([guid]::NewGuid().ToString('N'))"
}

AfterAll {
    Exit-TestMachine
    if (Test-Path $folder) { Remove-Item $folder -Recurse -Force }
}

Describe 'Backups' -Tag Machine {
    BeforeEach { if ($why) { Set-ItResult -Skipped -Because $why } }

    It 'go to a folder, are listed, and come back under other names' {
        $null = New-AgwWorkspace saved -Vm box
        $null = Invoke-AgwCommand -Workspace saved 'echo precious > file'
        try {
            $backup = Get-AgwVm box -NoStatus | Backup-AgwVm -Path $folder
            $backup.Status | Should -Be 'Complete'
            $backup.Workspaces | Should -Contain 'saved'
            $backup.Size | Should -BeGreaterThan 0
            (Get-AgwVmBackup box -Path $folder).Path | Should -Be $backup.Path
            (Get-AgwVmEvent box -Last 1).Event | Should -Be 'BackupCompleted'
            $backup | Out-String | Should -Match 'Complete'

            $restored = $backup | Restore-AgwVm -Name box-back -NameSuffix -back
            $restored.Workspaces | Should -Contain 'saved-back'
            (Invoke-AgwCommand -Workspace saved-back 'cat file').Output.Trim() | Should -Be 'precious'
            (Get-AgwVmEvent box-back -Event Restored).Detail | Should -Match ([regex]::Escape($backup.Path))
        }
        finally {
            Get-AgwVm box-back* -NoStatus | Remove-AgwVm -Cascade -Force -Confirm:$false
            Remove-AgwWorkspace saved -Confirm:$false
        }
    }

    It 'are stopped by Ctrl-C at once and leave no folder' {
        $null = New-AgwWorkspace bulky -Vm box
        try {
            $null = Invoke-AgwCommand -Workspace bulky 'head -c 300000000 /dev/urandom > random'
            $stop = Stop-Midway "Backup-AgwVm box -Path '$folder/stopped'" { Test-Path "$folder/stopped/*/workspaces/bulky.*" }
            $stop.Stopped | Should -BeTrue
            Wait-Until { -not (Test-Path "$folder/stopped/*") }
            Wait-Until { -not (Get-Truth 'ls -d /opt/agentworks/workspaces/.backup-* 2>/dev/null; true') }
        }
        finally { Remove-AgwWorkspace bulky -Confirm:$false }
    }
}

Describe 'What is no backup' {
    It 'is not restored' {
        $empty = (New-Item -ItemType Directory (Join-Path $folder 'dev-20260102T030405678Z') -Force).FullName
        { Restore-AgwVm $empty -Name never -ErrorAction Stop } | Should -Throw -ErrorId 'BackupInvalid,*'
        { Restore-AgwVm "$empty/nowhere" -Name never -ErrorAction Stop } | Should -Throw -ErrorId 'BackupInvalid,*'
        (Get-AgwVmBackup -Path $folder | Where-Object Path -EQ $empty).Status | Should -Be 'Incomplete'
        Get-AgwVm -NoStatus | Where-Object Name -EQ never | Should -BeNullOrEmpty
    }
}
