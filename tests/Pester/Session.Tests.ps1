# Sessions on a real machine.

BeforeAll {
    . $PSScriptRoot/Machine.ps1
    $why = Enter-TestMachine
    if (-not $why) {
        $null = New-AgwWorkspace app
        $null = New-AgwAgent coder
    }
    function Get-Log([string] $Name) { (Get-AgwSessionLog $Name) -join "`n" }
}

AfterAll { Exit-TestMachine }

Describe 'A session' -Tag Machine {
    BeforeEach { if ($why) { Set-ItResult -Skipped -Because $why } }
    AfterEach { Get-AgwSession -NoStatus | Remove-AgwSession -Confirm:$false }

    It 'is the end of a pipeline that begins with a machine' {
        $session = Get-AgwVm box | New-AgwWorkspace piped | New-AgwSession s1 -Agent coder -Command 'sleep 1000'
        $session.Status | Should -Be 'Running'
        $session.Workspace | Should -Be 'piped'
        $session.Agent | Should -Be 'coder'
        $session.Template | Should -Be 'default'
        Wait-Until { Get-Truth 'pgrep -x -f "sleep 1000"; true' }
        Get-Truth "ps -o user:32= -p `$(pgrep -x -f 'sleep 1000')" | Should -Match '^agt-coder'
    }

    It 'runs as the admin with -Admin' {
        $session = New-AgwSession s1 app -Admin -Command 'sleep 1003'
        $session.Agent | Should -BeNullOrEmpty
        Wait-Until { Get-Truth 'pgrep -x -f "sleep 1003"; true' }
        Get-Truth "ps -o user:32= -p `$(pgrep -x -f 'sleep 1003')" | Should -Match "^$($session.LinuxUser)\s*$"
    }

    It 'whose command dies at once is an error with its last words' {
        New-AgwSession s1 app -Agent coder -Command 'echo out of luck; exit 3' -ErrorVariable problems -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'SessionDied,*'
        "$($problems[0])" | Should -BeLike '*out of luck*'
    }

    It 'stops, starts and restarts, alone or with others' {
        $null = 1..3 | ForEach-Object { New-AgwSession "s$_" app -Agent coder -Command 'sleep 1000' }
        Get-AgwSession -Vm box | Stop-AgwSession -Timeout 1 | Should -BeNullOrEmpty
        (Get-AgwSession).Status | Should -Be 'Stopped', 'Stopped', 'Stopped'
        (Start-AgwSession s1 -PassThru).Status | Should -Be 'Running'
        (Get-AgwSession -Status Running).Name | Should -Be 's1'
        (Get-AgwSession | Group-Object Status | Sort-Object Name | ForEach-Object { "$($_.Name) $($_.Count)" }) | Should -Be 'Running 1', 'Stopped 2'

        $before = Get-AgwSession s1
        $after = Get-AgwSession s1 | Select-Object Name | Restart-AgwSession -PassThru
        $after.Status | Should -Be 'Running'
        $after.RunId | Should -Not -Be $before.RunId
        (Start-AgwSession s1 -PassThru).RunId | Should -Be $after.RunId
    }

    It 'fails alone: the others of the batch are done' {
        $null = New-AgwSession s1 app -Agent coder -Command 'sleep 1000'
        's1', 'gone' | Stop-AgwSession -Force -ErrorVariable problems -ErrorAction SilentlyContinue
        $problems.TargetObject | Should -Be 'gone'
        (Get-AgwSession s1).Status | Should -Be 'Stopped'
    }

    It 'is never taken for another whose name begins alike' {
        $null = 'web', 'web2' | ForEach-Object { New-AgwSession $_ app -Agent coder -Command 'sleep 1000' }
        Stop-AgwSession web -Force
        (Get-AgwSession web2).Status | Should -Be 'Running'
        Send-AgwSessionInput web hello -ErrorVariable problems -ErrorAction SilentlyContinue
        $problems | Should -HaveCount 1
        Send-AgwSessionInput web2 goodbye
        Wait-Until { (Get-Log web2) -match 'goodbye' }   # what was sent before is there by then
        Get-Log web2 | Should -Not -Match 'hello'
    }

    It 'receives text of many lines as it is' {
        $null = New-AgwSession s1 app -Agent coder -Command 'cat >got.txt'
        $lines = 'first; $(date) `x`', "second 'quoted' ""twice""", '-n \t end'
        $lines | Send-AgwSessionInput s1
        Wait-Until { (Invoke-AgwCommand 'cat got.txt' -Workspace app).Output -eq (($lines -join "`n") + "`n") }
    }

    It 'receives text, and keys' {
        $null = New-AgwSession s1 app -Agent coder -Command 'sh'
        Get-AgwSession s1 | Send-AgwSessionInput -Text 'echo $((40 + 2))'
        Wait-Until { (Get-Log s1) -match '(?m)^42$' }
        Send-AgwSessionInput s1 'echo not-yet' -NoEnter
        Send-AgwSessionInput s1 -Key C-u, C-d
        Wait-Until { (Get-AgwSession s1).Status -eq 'Exited' }
        Get-Log s1 | Should -Not -Match '(?m)^not-yet$'
    }

    It 'has its environment and its secrets' {
        $password = ConvertTo-SecureString 'pass word' -AsPlainText -Force
        $env:AGENTWORKS_TEST_SECRET = 'by name'
        try {
            $session = New-AgwSession s1 app -Agent coder -Environment @{ PLAIN = "it's; `$HOME" } -Command 'printf "%s|" "$PLAIN" "$ONE" "$TWO" "$THREE"; sleep 1000' -SecretEnvironment @{
                ONE = $password; TWO = [pscredential]::new('user', $password); THREE = 'AGENTWORKS_TEST_SECRET'
            }
        }
        finally { $env:AGENTWORKS_TEST_SECRET = $null }
        Wait-Until { (Get-Log s1).Contains("it's; `$HOME|pass word|pass word|by name|") }
        $session | Format-List * | Out-String | Should -Not -Match 'pass word'
    }

    It 'keeps a log that is read in parts, live, and after the end' {
        $null = New-AgwSession s1 app -Agent coder -Command 'for i in 1 2 3 4 5; do echo "line $i"; done; printf "\033[31mred\033[0m\n"; sleep 1000'
        Wait-Until { (Get-Log s1) -match 'red' }
        Get-AgwSessionLog s1 -Tail 2 | Should -Be 'line 5', 'red'
        Get-AgwSessionLog s1 -Tail 1 -Raw | Should -Match "`e"
        Get-AgwSessionLog s1 -Wait | Select-Object -First 3 | Should -Be 'line 1', 'line 2', 'line 3'
        Stop-AgwSession s1 -Force
        Get-AgwSession s1 | Get-AgwSessionLog | Should -Contain 'line 4'
    }

    It 'can be followed until Ctrl-C' {
        $null = New-AgwSession s1 app -Agent coder -Command 'echo begun; sleep 1000'
        $seen = Join-Path $TestDrive 'seen'
        $stop = Stop-Midway "Get-AgwSessionLog s1 -Wait | ForEach-Object { [IO.File]::WriteAllText('$seen', `$_) }" { Test-Path $seen }
        $stop.Stopped | Should -BeTrue
        $stop.Errors | Should -BeNullOrEmpty
        Get-Content $seen | Should -Be 'begun'
        (Get-AgwSession s1).Status | Should -Be 'Running'
    }

    It 'is made along with its place, and takes it along when asked to' {
        $session = Get-AgwVm box | New-AgwSession fit -NewWorkspace -NewAgent -AgentName fitter -Command 'sleep 1007'
        $session.Workspace | Should -Be 'fit'
        $session.Agent | Should -Be 'fitter'
        $session.Status | Should -Be 'Running'
        (Remove-AgwSession fit -Cascade -WhatIf *>&1) | Should -BeNullOrEmpty
        Invoke-Pwsh 'Remove-AgwSession fit -Cascade -WhatIf' | Should -HaveCount 3
        Remove-AgwSession fit -Cascade -Force -Confirm:$false -WarningVariable warnings
        $warnings | Should -BeNullOrEmpty
        Get-AgwSession fi* | Should -BeNullOrEmpty
        Get-AgwWorkspace fit* | Should -BeNullOrEmpty
        Get-AgwAgent fit* | Should -BeNullOrEmpty
        Get-Truth 'getent passwd agt-fitter ws-fit; ls -d /opt/agentworks/workspaces/fit 2>/dev/null; true' | Should -BeNullOrEmpty
    }

    It 'leaves what was made along with it where nobody can be asked, and says so' {
        $null = New-AgwSession fit -NewWorkspace -Agent coder -Command 'sleep 1007'
        Remove-AgwSession fit -Confirm:$false -WarningVariable warnings -WarningAction SilentlyContinue
        "$warnings" | Should -BeLike '*Remove-AgwWorkspace fit*'
        (Get-AgwWorkspace fit).Name | Should -Be 'fit'
        Remove-AgwWorkspace fit -Confirm:$false
    }

    It 'is started with all that are stopped, and found by whose it is' {
        $null = New-AgwSession s1 app -Agent coder -Command 'sleep 1000'
        $null = New-AgwSession s2 app -Admin -Command 'sleep 1000'
        (Get-AgwSession -Admin).Name | Should -Be 's2'
        (Get-AgwSession -Agent coder).Name | Should -Be 's1'
        Get-AgwSession | Stop-AgwSession -Grace 1
        (Get-AgwSession -Status Stopped | Start-AgwSession -PassThru).Status | Should -Be 'Running', 'Running'
        { Get-AgwSession -Workspace nope -ErrorAction Stop } | Should -Throw -ErrorId 'NotFound,*'
    }

    It 'that is broken is ended and restarted by force' {
        $null = New-AgwSession s1 app -Agent coder -Command 'trap "" INT TERM HUP; echo deaf; while :; do sleep 1000; done'
        Wait-Until { (Get-Log s1) -match 'deaf' }
        $null = Invoke-AgwCommand 'rm /run/agentworks/sessions/s1/tmux/sock' -Agent coder
        (Get-AgwSession -Status Broken).Name | Should -Be 's1'
        $before = Get-AgwSession s1
        (Restart-AgwSession s1 -Force -PassThru).Status | Should -Be 'Running'
        (Get-AgwSession s1).RunId | Should -Not -Be $before.RunId
        $null = Invoke-AgwCommand 'rm /run/agentworks/sessions/s1/tmux/sock' -Agent coder
        Get-AgwSession -Status Broken | Stop-AgwSession -Force
        (Get-AgwSession s1).Status | Should -Be 'Stopped'
    }

    It 'goes without a trace' {
        $null = New-AgwSession s1 app -Agent coder -Command 'sleep 1004'
        Get-AgwSession s1 | Remove-AgwSession -Confirm:$false | Should -BeNullOrEmpty
        Get-AgwSession s* | Should -BeNullOrEmpty
        Get-Truth 'ls /run/agentworks/sessions; pgrep -x -f "sleep 1004"; true' | Should -BeNullOrEmpty
    }
}
