BeforeDiscovery {
    . $PSScriptRoot/Machine.ps1
    $why = Enter-TestMachine
    if (-not $why) { Exit-TestMachine }
}

Describe 'Jobs' -Skip:([bool] $why) {
    BeforeAll {
        . $PSScriptRoot/Machine.ps1
        $null = Enter-TestMachine
        foreach ($name in 'left', 'right') { $null = New-AgwWorkspace $name }
    }

    AfterAll { Exit-TestMachine }

    AfterEach { Get-AgwJob -NoStatus | Remove-AgwJob -Force -Confirm:$false }

    It 'go from workspaces through starting, waiting and receiving in one pipeline' {
        $ended = Get-AgwWorkspace left, right | Start-AgwJob 'echo in $AGENTWORKS_WORKSPACE' -Name where | Wait-AgwJob | Sort-Object Workspace
        $ended.Workspace | Should -Be 'left', 'right'
        $ended.State | Should -Be 'Completed', 'Completed'
        $ended.Name | Sort-Object | Should -Be 'where-1', 'where-2'
        $ended | Receive-AgwJob | Sort-Object | Should -Be 'in left', 'in right'
        $ended | Receive-AgwJob | Should -BeNullOrEmpty
        ($ended | Receive-AgwJob -Keep).Count | Should -Be 2
    }

    It 'see the piped object in a script block' {
        $ended = 1..30 | Start-AgwJob -Workspace left -Command { "echo n$_; exit $($_ % 3)" } | Wait-AgwJob
        $ended.Count | Should -Be 30
        @($ended | Where-Object State -EQ Completed).Count | Should -Be 10
        $ended | Receive-AgwJob | Sort-Object { [int] $_.Substring(1) } | Should -Be (1..30 | ForEach-Object { "n$_" })
    }

    It 'take their places from the rows of a table' {
        $rows = @{ Workspace = 'left'; Command = 'echo a' }, @{ Workspace = 'right'; Command = 'echo b' } | ForEach-Object { [pscustomobject] $_ }
        $rows | Start-AgwJob | Receive-AgwJob -Wait | Sort-Object | Should -Be 'a', 'b'
    }

    It 'keep error output apart, or in its place' {
        # Two pipes have no order: each line is written when the one before it has been read.
        $job = Start-AgwJob 'echo one; until [ -e go-2 ]; do sleep 0.05; done; echo two >&2; until [ -e go-3 ]; do sleep 0.05; done; echo three' -Workspace left
        Wait-Until { (Get-AgwJob $job).OutputLength -eq 4 }
        $null = Invoke-AgwCommand 'touch go-2' -Workspace left
        Wait-Until { (Get-AgwJob $job).ErrorLength -eq 4 }
        $null = Invoke-AgwCommand 'touch go-3' -Workspace left
        $lines = $job | Receive-AgwJob -Wait -Keep -ErrorVariable failures -ErrorAction SilentlyContinue
        $lines | Should -Be 'one', 'three'
        $failures.FullyQualifiedErrorId | Should -BeLike 'JobErrorOutput,*'
        "$($failures[0])" | Should -Be 'two'
        $job | Receive-AgwJob -Keep -MergeError | Should -Be 'one', 'two', 'three'
        $raw = $job | Receive-AgwJob -Raw
        $raw.Output | Should -Be "one`nthree`n"
        $raw.ErrorOutput | Should -Be "two`n"
        (Get-AgwJob $job).HasMoreData | Should -BeFalse
    }

    It 'give again what a stopped pipeline did not take' {
        $job = Start-AgwJob 'seq 1 1000' -Workspace left | Wait-AgwJob
        $job | Receive-AgwJob | Select-Object -First 3 | Should -Be '1', '2', '3'
        $job | Receive-AgwJob | Select-Object -First 1 | Should -BeIn '3', '4'
    }

    It 'are found by name, id and pattern, and missing ones are errors' {
        $job = Start-AgwJob 'sleep 1000' -Workspace left -Name sleeper
        (Get-AgwJob $job.Id).Name | Should -Be sleeper
        (Get-AgwJob sl*).State | Should -Be Running
        (Get-AgwWorkspace left | Get-AgwJob).Name | Should -Be sleeper
        Get-AgwWorkspace right | Get-AgwJob | Should -BeNullOrEmpty
        Get-AgwJob nobody -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures[0].CategoryInfo.Category | Should -Be ObjectNotFound
        (Complete 'Stop-AgwJob sl').CompletionText | Should -Be sleeper
        (Complete 'Stop-AgwJob x -Signal US').CompletionText | Should -Be USR1, USR2
    }

    It 'stop by a signal, and are removed by force only while they run' {
        $job = Start-AgwJob 'trap "exit 9" USR1; echo ready; while :; do sleep 0.02; done' -Workspace left
        Wait-Until { (Get-AgwJob $job).OutputLength -gt 0 }
        Remove-AgwJob $job -Confirm:$false -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'NotReady,*'
        $job | Stop-AgwJob -Signal USR1
        ($job | Wait-AgwJob -Timeout 60).ExitCode | Should -Be 9
        $other = Start-AgwJob 'sleep 1000' -Workspace left
        ($other | Stop-AgwJob -PassThru).State | Should -Be Stopped
        { Stop-AgwJob $other -Signal NONE } | Should -Throw -ErrorId 'InvalidRequest,*'
        { Wait-AgwJob $other -Timeout -1 } | Should -Throw -ErrorId 'ParameterArgumentTransformationError,*'
        Stop-AgwJob $other -WhatIf
    }

    It 'outlive the process that started them' {
        Invoke-Pwsh "Start-AgwJob 'until [ -e go ]; do sleep 0.05; done; echo late' -Workspace left -Name late" | Should -Not -BeNullOrEmpty
        (Get-AgwJob late).State | Should -Be Running
        $null = Invoke-AgwCommand 'touch go' -Workspace left
        Receive-AgwJob late -Wait | Should -Be late
    }

    It 'leave the prompt within a second of Ctrl-C' {
        $job = Start-AgwJob 'echo begun; sleep 1000' -Workspace left -Name forever
        $null = Start-AgwJob true -Workspace left -Name brief

        # What has written the one thing that comes waits for what never will.
        $lines = [ordered]@{ 'Wait-AgwJob forever, brief' = 'brief'; 'Receive-AgwJob forever -Wait' = 'begun' }
        foreach ($line in $lines.Keys) {
            $written = Join-Path $TestDrive ([guid]::NewGuid())
            $stopped = Stop-Midway "$line | ForEach-Object { [IO.File]::WriteAllText('$written', `$_) }" { Test-Path $written }
            $stopped.Stopped | Should -BeTrue
            $stopped.State | Should -Be 'Stopped'
            $stopped.Errors | Should -BeNullOrEmpty
            Get-Content $written | Should -Be $lines[$line]
        }
        (Get-AgwJob $job).State | Should -Be Running
    }

    It 'keep a workspace from going while they run' {
        $null = New-AgwWorkspace third
        $null = Start-AgwJob 'sleep 1000' -Workspace third
        Remove-AgwWorkspace third -Confirm:$false -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'HasDependents,*'
        Remove-AgwWorkspace third -Cascade -Force -Confirm:$false
        Get-AgwJob -NoStatus | Should -BeNullOrEmpty
    }
}
