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
        Wait-Until { Get-Truth 'pgrep -x -f "sleep 1001"; true' }
        $agent | Remove-AgwAgent -Confirm:$false | Should -BeNullOrEmpty
        Get-Truth "getent passwd $($agent.LinuxUser); ls -d $($agent.Home) 2>/dev/null; pgrep -x -f 'sleep 1001'; true" | Should -BeNullOrEmpty
    }

    It 'is as declared until something is changed by hand, and then that is named' {
        $agent = New-AgwAgent coder
        Test-AgwAgent -Quiet | Should -BeTrue
        $checks = $agent | Test-AgwAgent
        $checks.Status | Select-Object -Unique | Should -Be 'InPlace'
        $checks[0].Kind, $checks[0].Name, $checks[0].Vm, $checks[0].Check | Should -Be 'Agent', 'coder', 'box', 'agent-user'
        $null = Get-Truth "chmod 755 $($agent.Home)"
        (Test-AgwAgent c* | Where-Object Status -EQ Drifted).Check | Should -Be 'agent-user'
        Test-AgwAgent coder -Quiet | Should -BeFalse
        ($agent | Initialize-AgwAgent).Changed | Should -Be 1
        Test-AgwAgent coder -Quiet | Should -BeTrue
        Test-AgwAgent nobody* -Quiet | Should -BeTrue
        Test-AgwAgent nobody -Quiet -ErrorAction SilentlyContinue -ErrorVariable missing | Should -BeFalse
        $missing[0].CategoryInfo.Category | Should -Be 'ObjectNotFound'
    }

    It 'gets what its template names, and tells what it could not get' {
        $dots = New-Item -ItemType Directory (Join-Path $env:AGENTWORKS_HOME 'dots') -Force
        Set-Content (Join-Path $dots 'gitignore') '*.tmp'
        Reset-TestConfig @'
[agent_templates.default]
user_install_commands = ["hello", "broken"]
dotfiles_source = "dots"
dotfiles_install_cmd = ""
[user_install_commands.hello]
command = "mkdir -p ~/bin; printf '#!/bin/sh\necho hi\n' > ~/bin/hello; chmod +x ~/bin/hello"
path = ["~/bin"]
test_exec = "hello"
[user_install_commands.broken]
command = "echo 'no luck' >&2; exit 1"
'@
        try {
            $agent = New-AgwAgent coder
            $agent.State | Should -Be 'Partial'
            $agent.FailedSteps | Should -Be 'agent-install-broken'
            ($agent | Invoke-AgwCommand 'bash -lc hello; cat ~/.dotfiles/gitignore').Output | Should -Be "hi`n*.tmp`n"
            ($agent | Test-AgwAgent | Where-Object Status -EQ Drifted).Check | Should -Be 'agent-install-broken'
            ((Initialize-AgwAgent coder).Steps | Where-Object State -EQ Failed).Detail | Should -Be 'no luck'
            Remove-Item $dots -Recurse
            { New-AgwAgent other -ErrorAction Stop } | Should -Throw -ErrorId 'NotFound*'
            Get-AgwAgent other -ErrorAction Ignore | Should -BeNullOrEmpty
        }
        finally {
            Reset-TestConfig
            Remove-Item $dots -Recurse -ErrorAction Ignore
        }
    }
}
