# Invoke-AgwCommand on a real machine.

BeforeAll {
    . $PSScriptRoot/Machine.ps1
    $why = Enter-TestMachine
    if (-not $why) {
        $null = 'app', 'web' | ForEach-Object { New-AgwWorkspace $_ }
        $null = New-AgwAgent coder -AllWorkspaces
    }
}

AfterAll { Exit-TestMachine }

Describe 'A command' -Tag Machine {
    BeforeEach { if ($why) { Set-ItResult -Skipped -Because $why } }

    It 'gives its output, errors and exit status, and failing is no error' {
        $result = Invoke-AgwCommand -Vm box 'echo out; echo err >&2; exit 3' -ErrorAction Stop
        $result.Output | Should -Be "out`n"
        $result.ErrorOutput | Should -Be "err`n"
        $result.ExitCode | Should -Be 3
        $result.Target | Should -Be 'box'
    }

    It 'has as many lines as it is given' {
        (Invoke-AgwCommand -Vm box 'x=1', 'y=2', 'echo $x$y').Output | Should -Be "12`n"
    }

    It 'runs in every workspace that is piped' {
        $results = Get-AgwWorkspace | Invoke-AgwCommand 'pwd' | Sort-Object Workspace
        $results.Workspace | Should -Be 'app', 'web'
        $results[1].Output | Should -Be "$((Get-AgwWorkspace web).Path)`n"
    }

    It 'runs as agents in workspaces, however they are named' {
        (Get-AgwWorkspace | Invoke-AgwCommand 'id -un' -Agent coder).Output | Should -Be "agt-coder`n", "agt-coder`n"
        (Invoke-AgwCommand 'id -un' -Agent c* -Workspace app, web).Output | Should -Be "agt-coder`n", "agt-coder`n"
        ([pscustomobject]@{ Workspace = 'app'; Agent = 'coder' } | Invoke-AgwCommand 'id -un; basename "$PWD"').Output | Should -Be "agt-coder`napp`n"
    }

    It 'reads text from the pipeline' {
        ('one', "two`u{20ac}" | Invoke-AgwCommand -Vm box cat).Output | Should -Be "one`ntwo`u{20ac}`n"
    }

    It 'reads and writes bytes as they are' {
        $bytes = [byte[]](0..255)
        $result = , $bytes | Invoke-AgwCommand -Vm box cat
        $result.OutputBytes.ToArray() | Should -Be $bytes
    }

    It 'has no input when nothing is piped' {
        (Invoke-AgwCommand -Vm box 'cat | wc -c').Output.Trim() | Should -Be '0'
    }

    It 'gets its environment whatever is in it' {
        $hostile = "a'b`"c`$(id)``id``\n`n-rf *;&|<>~ `u{202e} end"
        (Invoke-AgwCommand -Vm box 'printf %s "$X"' -Environment @{ X = $hostile }).Output | Should -BeExactly $hostile
    }

    It 'is ended by its timeout, with its children' {
        $result = Invoke-AgwCommand -Vm box 'echo begun; sleep 1005 & wait' -Timeout 10
        $result.TimedOut | Should -BeTrue
        $result.Output | Should -Be "begun`n"
        Wait-Until { (Get-Truth 'pgrep -x -f "sleep 1005"; true') -eq '' }
    }

    It 'is cut where it says too much, and the rest is counted' {
        $result = Invoke-AgwCommand -Vm box 'head -c 100000 /dev/zero' -MaxOutputBytes 1KB
        $result.OutputBytes.Length | Should -Be 1024
        $result.OutputLength | Should -Be 100000
        $result.Truncated | Should -BeTrue
    }

    It 'ends on the machine too when Ctrl-C stops it' {
        $running = { (Get-Truth 'pgrep -x -f "sleep 1006"; true') -ne '' }
        $stop = Stop-Midway "Invoke-AgwCommand -Vm box 'sleep 1006'" $running
        $stop.Stopped | Should -BeTrue
        $stop.Errors | Should -BeNullOrEmpty
        Wait-Until { -not (& $running) }
    }

    It 'runs from many runspaces at once' {
        $results = 1..16 | ForEach-Object -ThrottleLimit 8 -Parallel {
            Import-Module $using:module
            (Invoke-AgwCommand -Vm box "echo $_").Output.Trim()
        }
        $results | Sort-Object { [int] $_ } | Should -Be (1..16)
    }
}

Describe 'Commands in many workspaces' -Tag Machine {
    BeforeAll {
        if (-not $why) { foreach ($name in 'one', 'three', 'two') { $null = New-AgwWorkspace $name } }
    }

    BeforeEach { if ($why) { Set-ItResult -Skipped -Because $why } }

    It 'see each of them in a script block' {
        $results = Get-AgwWorkspace one, two | Invoke-AgwCommand -Command { "echo for $($_.Name) in `$AGENTWORKS_WORKSPACE" } -Ordered
        $results.Output.Trim() | Should -Be 'for one in one', 'for two in two'
    }

    It 'come in the order of the targets when asked to' {
        # They end in another: each waits for the one before it, which root tells of, for they do not see each other.
        $null = Get-Truth @'
cd /opt/agentworks/workspaces
setsid sh -c 'touch two/go; until [ -e two/ended ]; do sleep 0.05; done; touch three/go; until [ -e three/ended ]; do sleep 0.05; done; touch one/go' >/dev/null 2>&1 </dev/null &
'@
        $script = 'until [ -e go ]; do sleep 0.05; done; rm -f go; echo $AGENTWORKS_WORKSPACE; touch ended'
        (Get-AgwWorkspace one, three, two | Invoke-AgwCommand $script -Ordered -Timeout 180).Output.Trim() | Should -Be 'one', 'three', 'two'
    }

    It 'come as they end when not' {
        # Each waits until the result of the one before it has come.
        $after = @{ two = 'three'; three = 'one' }
        $script = 'until [ -e go ]; do sleep 0.05; done; rm -f go; echo $AGENTWORKS_WORKSPACE'
        $null = Invoke-AgwCommand 'touch go' -Workspace two
        Get-AgwWorkspace one, three, two | Invoke-AgwCommand $script -Timeout 180 | ForEach-Object {
            $_.Output.Trim()
            if ($next = $after[$_.Workspace]) { $null = Invoke-AgwCommand 'touch go' -Workspace $next }
        } | Should -Be 'two', 'three', 'one'
    }

    It 'run in a folder of the workspace, and not outside of it' {
        $null = Invoke-AgwCommand 'mkdir -p a/b' -Workspace one
        (Invoke-AgwCommand pwd -Workspace one -WorkingDirectory a/../a/b).Output | Should -BeLike '*/one/a/b*'
        Invoke-AgwCommand pwd -Workspace one -WorkingDirectory ../two -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'InvalidRequest,*'
        Get-AgwWorkspace one | Invoke-AgwCommand -ErrorVariable failures -ErrorAction SilentlyContinue -Command pwd -WorkingDirectory /etc
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'InvalidRequest,*'
    }

    It 'go on as jobs' {
        $job = Get-AgwWorkspace one, two | Invoke-AgwCommand 'echo $AGENTWORKS_JOB' -AsJob
        $job.Count | Should -Be 2
        $job | Receive-AgwJob -Wait | Sort-Object | Should -Be ($job.Name | Sort-Object)
        $job | Remove-AgwJob -Force -Confirm:$false
    }
}
