# Grants on a real machine: they hold in the next command, and end at once.

BeforeAll {
    . $PSScriptRoot/Machine.ps1
    $why = Enter-TestMachine
}

AfterAll { Exit-TestMachine }

Describe 'Access' -Tag Machine {
    BeforeEach {
        if ($why) { Set-ItResult -Skipped -Because $why }
        else {
            $null = 'app', 'web' | ForEach-Object { New-AgwWorkspace $_ }
            $null = New-AgwAgent coder
        }
    }
    AfterEach {
        Get-AgwAgent | Remove-AgwAgent -Cascade -Force -Confirm:$false
        Get-AgwWorkspace | Remove-AgwWorkspace -Cascade -Force -Confirm:$false
    }

    It 'is refused before it is granted' {
        Invoke-AgwCommand true -Workspace app -Agent coder -ErrorVariable problems -ErrorAction SilentlyContinue
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'AccessNotGranted,*'
        $problems[0].CategoryInfo.Category | Should -Be 'PermissionDenied'
    }

    It 'holds in the next command and ends with the revoke' {
        Grant-AgwWorkspaceAccess coder app | Should -BeNullOrEmpty
        (Invoke-AgwCommand 'touch here' -Workspace app -Agent coder).ExitCode | Should -Be 0
        Revoke-AgwWorkspaceAccess coder app | Should -BeNullOrEmpty
        { Invoke-AgwCommand true -Workspace app -Agent coder -ErrorAction Stop } | Should -Throw -ErrorId 'AccessNotGranted,*'
        (Invoke-AgwCommand 'ls /opt/agentworks/workspaces/app' -Agent coder).ExitCode | Should -Not -Be 0
    }

    It 'is granted to all that is piped, and written with -PassThru' {
        $grants = Get-AgwWorkspace | Grant-AgwWorkspaceAccess coder -PassThru
        $grants.Workspace | Should -Be 'app', 'web'
        (Get-AgwAgent coder).Workspaces | Should -Be 'app', 'web'
        Get-AgwAgent | Revoke-AgwWorkspaceAccess -Workspace w*
        (Get-AgwAgent coder).Workspaces | Should -Be 'app'
    }

    It 'to everything is given and taken as one' {
        Grant-AgwWorkspaceAccess coder -All
        (Get-AgwAgent coder).AllWorkspaces | Should -BeTrue
        (Invoke-AgwCommand true -Workspace web -Agent coder).ExitCode | Should -Be 0
        Revoke-AgwWorkspaceAccess coder -All
        (Get-AgwAgent coder).AllWorkspaces | Should -BeFalse
        { Invoke-AgwCommand true -Workspace web -Agent coder -ErrorAction Stop } | Should -Throw -ErrorId 'AccessNotGranted,*'
    }

    It 'ends for processes that still stand there' {
        Grant-AgwWorkspaceAccess coder app
        $null = Invoke-AgwCommand 'setsid nohup sleep 1002 >/dev/null 2>&1 </dev/null & echo $! >pid' -Workspace app -Agent coder
        Wait-Until { Get-Truth 'pgrep -x -f "sleep 1002"; true' }
        $outcome = Revoke-AgwWorkspaceAccess coder app -StopProcess -PassThru
        $outcome.StillGranted | Should -BeFalse
        $outcome.Processes | Should -Not -BeNullOrEmpty
        Wait-Until { (Get-Truth 'pgrep -x -f "sleep 1002"; true') -eq '' }
    }

    It 'is made true again by an initialization, which says what was not' {
        Grant-AgwWorkspaceAccess coder app
        (Initialize-AgwAgent coder).Changed | Should -Be 0
        $null = Get-Truth 'gpasswd -d agt-coder ws-app; gpasswd -a agt-coder ws-web'
        $found = Initialize-AgwAgent coder
        ($found.Steps | Where-Object State -EQ Changed).Name | Should -Be 'workspace-groups'
        (Invoke-AgwCommand 'touch here' -Workspace app -Agent coder).ExitCode | Should -Be 0
        (Invoke-AgwCommand 'ls /opt/agentworks/workspaces/web' -Agent coder).ExitCode | Should -Not -Be 0
        (Initialize-AgwAgent coder).Changed | Should -Be 0
    }

    It 'is named where a process hides that could still have it' {
        Grant-AgwWorkspaceAccess coder app
        $null = Invoke-AgwCommand 'setsid unshare --user --map-root-user --mount sleep 1008 >/dev/null 2>&1 </dev/null &' -Workspace app -Agent coder
        Wait-Until { Get-Truth 'pgrep -x -f "sleep 1008"; true' }
        $null = Invoke-AgwCommand 'cd ~; setsid sleep 1009 >/dev/null 2>&1 </dev/null &' -Workspace app -Agent coder
        Wait-Until { Get-Truth 'pgrep -x -f "sleep 1009"; true' }
        $outcome = Revoke-AgwWorkspaceAccess coder app -PassThru -WarningVariable warnings -WarningAction SilentlyContinue
        $outcome.Holders | Should -Contain ([int] (Get-Truth 'pgrep -x -f "sleep 1009"'))
        $outcome | Format-List | Out-String | Should -Match 'Holders'
        @($outcome.Processes) + @($outcome.Hidden) | Should -Not -BeNullOrEmpty
    }

    It 'stays where a session needs it, and says so' {
        $null = New-AgwSession s1 app -Agent coder -Command 'sleep 1000'
        Grant-AgwWorkspaceAccess coder app
        (Revoke-AgwWorkspaceAccess coder app -PassThru -WarningVariable warnings -WarningAction SilentlyContinue).StillGranted | Should -BeTrue
        $warnings | Should -Not -BeNullOrEmpty
        Remove-AgwSession s1 -Confirm:$false
        { Invoke-AgwCommand true -Workspace app -Agent coder -ErrorAction Stop } | Should -Throw -ErrorId 'AccessNotGranted,*'
    }
}
