# Agents on a real machine.

BeforeAll {
    . $PSScriptRoot/Machine.ps1
    $why = Enter-TestMachine
    if (-not $why) { $null = 'app', 'other' | ForEach-Object { New-AgwWorkspace $_ } }
}

AfterAll { Exit-TestMachine }

Describe 'An agent' -Tag Machine {
    BeforeEach { if ($why) { Set-ItResult -Skipped -Because $why } }
    AfterEach { Get-AgwAgent | Remove-AgwAgent -Cascade -Force -Confirm:$false }

    It 'is a Linux user with a home of its own' {
        $agent = New-AgwAgent coder -Vm box
        $agent | Invoke-AgwCommand 'id -un; pwd' | ForEach-Object Output | Should -Be "$($agent.LinuxUser)`n$($agent.Home)`n"
        Get-Truth "stat -c '%U %a' $($agent.Home)" | Should -Be "$($agent.LinuxUser) 700"
        ($agent | Invoke-AgwCommand 'sudo -n true').ExitCode | Should -Not -Be 0
    }

    It 'enters the workspaces that it was given and no other' {
        $agent = Get-AgwWorkspace app | New-AgwAgent coder
        $agent.Workspaces | Should -Be 'app'
        (Get-AgwWorkspace app | Invoke-AgwCommand -Agent coder 'touch mine && ls').Output | Should -Be "mine`n"
        ($agent | Invoke-AgwCommand 'ls /opt/agentworks/workspaces/other').ExitCode | Should -Not -Be 0
        (Get-AgwAgent -Workspace other) | Should -BeNullOrEmpty
    }

    It 'enters all, also those to come, with -AllWorkspaces' {
        $agent = New-AgwAgent coder -AllWorkspaces
        $agent.AllWorkspaces | Should -BeTrue
        try {
            $null = New-AgwWorkspace later
            (Get-AgwWorkspace | Invoke-AgwCommand -Agent coder 'touch it').ExitCode | Should -Be 0, 0, 0
        }
        finally { Remove-AgwWorkspace later -Confirm:$false }
    }

    It 'has nothing to change when it is initialized again' {
        $null = New-AgwAgent coder
        $result = Get-AgwAgent coder | Initialize-AgwAgent
        $result.Agent | Should -Be 'coder'
        $result.Changed | Should -Be 0
    }

    It 'goes with its user, home and processes' {
        $agent = New-AgwAgent coder
        $null = $agent | Invoke-AgwCommand 'setsid sleep 1001 >/dev/null 2>&1 </dev/null &'
        $agent | Remove-AgwAgent -Confirm:$false | Should -BeNullOrEmpty
        Get-Truth "getent passwd $($agent.LinuxUser); ls -d $($agent.Home) 2>&1; pgrep -x -f 'sleep 1001'; true" | Should -BeLike '*No such file or directory'
    }
}
