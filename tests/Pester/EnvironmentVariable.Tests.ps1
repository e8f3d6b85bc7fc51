BeforeDiscovery {
    . $PSScriptRoot/Machine.ps1
    $why = Enter-TestMachine
    if (-not $why) { Exit-TestMachine }
}

Describe 'Environment variables of workspaces' -Skip:([bool] $why) {
    BeforeAll {
        . $PSScriptRoot/Machine.ps1
        $null = Enter-TestMachine
        foreach ($name in 'left', 'right') { $null = New-AgwWorkspace $name }
    }

    AfterAll { Exit-TestMachine }

    AfterEach { Get-AgwEnvironmentVariable | Remove-AgwEnvironmentVariable -Confirm:$false }

    It 'are found by commands, under those of the command itself' {
        $set = Get-AgwWorkspace left, right | Set-AgwEnvironmentVariable -Variable @{ A = 'one'; B = "two'`$x" } -PassThru
        $set.Count | Should -Be 4
        (Invoke-AgwCommand 'printf "%s %s" "$A" "$B"' -Workspace left).Output | Should -Be "one two'`$x"
        (Invoke-AgwCommand 'printf "%s" "$A"' -Workspace right -Environment @{ A = 'mine' }).Output | Should -Be mine
        (Get-AgwEnvironment A -Workspace left).Source | Should -Be Assigned
    }

    It 'are secret as SecureString or by the name of a secret, and never shown' {
        Set-AgwEnvironmentVariable TOKEN (ConvertTo-SecureString 'hush' -AsPlainText -Force) -Workspace left
        $env:AGW_TEST_SECRET = 'quiet'
        try { Set-AgwEnvironmentVariable OTHER AGW_TEST_SECRET -Secret -Workspace left } finally { $env:AGW_TEST_SECRET = $null }
        (Invoke-AgwCommand 'printf "%s %s" $TOKEN $OTHER' -Workspace left).Output | Should -Be 'hush quiet'
        $shown = Get-AgwEnvironmentVariable -Workspace left
        $shown.Value | Should -Be '********', '********'
        $shown.Persistent | Should -Be $false, $false
        $shown | Format-List * | Out-String | Should -Not -Match 'hush|quiet'
    }

    It 'are removed by name, pattern and object, and a name that was not set is an error' {
        Set-AgwEnvironmentVariable -Variable @{ AA = 1; AB = 2; C = 3 } -Workspace left
        Remove-AgwEnvironmentVariable A* -Workspace left -Confirm:$false
        (Get-AgwEnvironmentVariable -Workspace left).Name | Should -Be C
        Get-AgwEnvironmentVariable C | Remove-AgwEnvironmentVariable -Confirm:$false
        Get-AgwEnvironmentVariable | Should -BeNullOrEmpty
        Remove-AgwEnvironmentVariable C -Workspace left -Confirm:$false -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'NotFound,*'
    }

    It 'cannot decide how programs are started' {
        foreach ($name in 'PATH', 'LD_PRELOAD', 'BASH_ENV', 'IFS', '1x') {
            Set-AgwEnvironmentVariable $name x -Workspace left -ErrorVariable failures -ErrorAction SilentlyContinue
            $failures[0].FullyQualifiedErrorId | Should -BeLike 'InvalidRequest,*'
        }
        Set-AgwEnvironmentVariable A x -Workspace left -WhatIf
        Get-AgwEnvironmentVariable | Should -BeNullOrEmpty
    }
}
