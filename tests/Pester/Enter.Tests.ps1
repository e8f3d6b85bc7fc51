# Enter-*: the operator's terminal is handed over and comes back. The terminal here is a pane of a tmux of our own.

BeforeAll {
    . $PSScriptRoot/Machine.ps1
    $why = Enter-TestMachine
    if (-not $why -and -not (Get-Command tmux -CommandType Application -ErrorAction Ignore)) { $why = 'a terminal to test with needs tmux' }
    if (-not $why) {
        $null = New-AgwWorkspace app
        $null = New-AgwAgent coder -AllWorkspaces
        $null = New-AgwSession s1 app -Agent coder -Command 'sh'
        $socket = Join-Path ([IO.Path]::GetTempPath()) "agentworks-tmux-$PID"
        $pwsh = Get-PwshPath
        "Import-Module '$module'", 'Remove-Module PSReadLine -ErrorAction Ignore', 'function prompt { "ready> " }' | Set-Content TestDrive:/start.ps1
        $start = (Get-Item TestDrive:/start.ps1).FullName
        & tmux -S $socket -f /dev/null new-session -d -x 120 -y 40 "'$pwsh' -NoLogo -NoProfile -NoExit -File '$start'"
        & tmux -S $socket set-option -g prefix None
    }

    function Get-Screen { (& tmux -S $socket capture-pane -p) -join "`n" }
    function Send-Line([string] $Text) { & tmux -S $socket send-keys -l $Text; & tmux -S $socket send-keys Enter }
    function Wait-Screen([string] $Pattern) {
        try { Wait-Until { (Get-Screen) -match $Pattern } }
        catch { throw "The screen never showed ${Pattern}:`n$(Get-Screen)" }
    }

    # What comes all at once, as it does from a busy computer, is a paste to the session's tmux, with no prefix in it. Here it is keys, however
    # fast they come: they are pressed once only, for another time they might go to the prompt.
    function Exit-Session {
        $null = Get-Truth 'tmux -S /run/agentworks/sessions/s1/tmux/sock set-option -g assume-paste-time 0'
        & tmux -S $socket send-keys C-b d
        Wait-Screen 'ready>\s*\z'
    }
}

AfterAll {
    if (-not $why) { & tmux -S $socket kill-server; Remove-Item $socket -ErrorAction Ignore }
    Exit-TestMachine
}

Describe 'Entering' -Tag Machine {
    BeforeEach {
        if ($why) { Set-ItResult -Skipped -Because $why }
        else {
            Send-Line 'Clear-Host'
            Wait-Screen '\Aready>\s*\z'
        }
    }

    It 'a machine opens the admin''s shell, and leaves its exit status' {
        Send-Line 'Enter-AgwVm box'
        Wait-Screen '@box'
        Send-Line 'id -un; exit 7'
        Wait-Screen "(?m)^$((Get-AgwVm box).AdminUser)$"
        Wait-Screen 'ready>\s*\z'
        Send-Line '"status $LASTEXITCODE"'
        Wait-Screen '(?m)^status 7$'
    }

    It 'leaves Ctrl-C to the program in the terminal' {
        Send-Line 'Enter-AgwVm box'
        Wait-Screen '@box'
        Send-Line 'sleep 1007'
        Wait-Until { (Get-Truth 'pgrep -x -f "sleep 1007"; true') -ne '' }
        & tmux -S $socket send-keys C-c
        Send-Line 'echo still here: $((40 + 2))'
        Wait-Screen '(?m)^still here: 42$'
        Get-Truth 'pgrep -x -f "sleep 1007"; true' | Should -BeNullOrEmpty
        Send-Line 'exit'
        Wait-Screen 'ready>\s*\z'
    }

    It 'a workspace as an agent opens the agent''s shell there' {
        Send-Line 'Enter-AgwWorkspace app -Agent coder'
        Wait-Screen '@box'
        Send-Line 'echo "$(id -un):$PWD"; exit'
        Wait-Screen "(?m)^agt-coder:$([regex]::Escape((Get-AgwWorkspace app).Path))$"
        Wait-Screen 'ready>\s*\z'
    }

    It 'an agent opens its shell at home' {
        Send-Line 'Get-AgwAgent coder | Enter-AgwAgent'
        Wait-Screen '@box'
        Send-Line 'echo "$(id -un):$PWD"; exit'
        Wait-Screen "(?m)^agt-coder:$([regex]::Escape((Get-AgwAgent coder).Home))$"
        Wait-Screen 'ready>\s*\z'
    }

    It 'a session from inside tmux is refused unless it is meant' {
        Send-Line 'Enter-AgwSession s1'
        Wait-Screen '-AllowNesting'
    }

    It 'a session attaches to it, and detaching leaves it running' {
        Send-Line 'Enter-AgwSession s1 -AllowNesting'
        Wait-Screen '\A\s*\$'
        Send-Line 'echo answer $((40 + 2))'
        Wait-Screen '(?m)^answer 42$'
        Exit-Session
        (Get-AgwSession s1).Status | Should -Be 'Running'
        (Get-AgwSessionLog s1) -join "`n" | Should -Match '(?m)^answer 42$'
    }

    It 'a session with -ReadOnly types nothing into it' {
        Send-Line 'Enter-AgwSession s1 -AllowNesting -ReadOnly'
        Wait-Screen 'answer 42'
        Send-Line 'echo must not be seen'
        Exit-Session
        (Get-AgwSessionLog s1) -join "`n" | Should -Not -Match 'must not be seen'
    }

    It 'nothing when several things match' {
        $null = New-AgwSession s2 app -Agent coder -Command 'sh'
        Send-Line 'Enter-AgwSession s* -AllowNesting'
        Wait-Screen 's1, s2'
        Wait-Screen 'ready>\s*\z'
    }
}
