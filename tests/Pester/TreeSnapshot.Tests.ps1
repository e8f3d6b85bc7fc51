# Snapshots and forks of workspaces on a real machine, as an operator meets them.

BeforeAll {
    . $PSScriptRoot/Machine.ps1
    $why = Enter-TestMachine
    if (-not $why) {
        $null = New-AgwWorkspace app
        $null = Invoke-AgwCommand -Workspace app 'git init -q . && git -c user.name=t -c user.email=t@example.org commit -q --allow-empty -m one && echo one > file'
    }
}

AfterAll { Exit-TestMachine }

Describe 'A snapshot' -Tag Machine {
    BeforeEach { if ($why) { Set-ItResult -Skipped -Because $why } }
    AfterEach {
        Get-AgwWorkspace | Where-Object Name -NE app | Remove-AgwWorkspace -Cascade -Force -Confirm:$false
        Get-AgwSnapshot -NoSize | Remove-AgwSnapshot -Confirm:$false
    }

    It 'is made of a piped workspace and brought back' {
        $snapshot = Get-AgwWorkspace app | New-AgwSnapshot clean
        $snapshot.Workspace, $snapshot.Name, "$($snapshot.Scope)", $snapshot.Provider | Should -Be 'app', 'clean', 'Tree', 'btrfs'
        $snapshot.HeadCommit | Should -Match '^[0-9a-f]{40}$'
        $null = Invoke-AgwCommand -Workspace app 'echo two > file'
        Get-AgwWorkspace app | Restore-AgwSnapshot -Name clean -Confirm:$false | Should -BeNullOrEmpty
        (Invoke-AgwCommand -Workspace app 'cat file').Output | Should -Be "one`n"
        $null = Invoke-AgwCommand -Workspace app 'echo two > file'
        ($snapshot | Restore-AgwSnapshot -Confirm:$false -PassThru).Current | Should -BeTrue
        (Invoke-AgwCommand -Workspace app 'cat file').Output | Should -Be "one`n"
    }

    It 'is named after the time, and listed with sizes or without' {
        $first = New-AgwSnapshot -Workspace app
        $second = New-AgwSnapshot -Workspace app
        $first.Name | Should -Match '^\d{8}-\d{6}(-\d+)?$'
        $second.Parent | Should -Be $first.Name
        $sized = Get-AgwWorkspace | Get-AgwSnapshot | Sort-Object UsedBytes -Descending
        $sized.Count | Should -Be 2
        $sized[0].UsedBytes | Should -BeOfType long
        $sized[0].ReferencedBytes | Should -BeGreaterThan 0
        (Get-AgwSnapshot -NoSize)[0].ReferencedBytes | Should -BeNullOrEmpty
        (Get-AgwVm box | Get-AgwSnapshot -NoSize).Count | Should -Be 2
        (Get-AgwWorkspace app).SnapshotCount | Should -Be 2
        (Get-AgwWorkspace app).CurrentSnapshot | Should -Be $second.Name
        Get-AgwWorkspace | Get-AgwSnapshot | Sort-Object UsedBytes -Descending | Select-Object -Skip 1 | Remove-AgwSnapshot -Confirm:$false
        @(Get-AgwSnapshot -NoSize).Count | Should -Be 1
    }

    It 'is found by name, and which workspace is asked where several have it' {
        $null = New-AgwWorkspace web
        $null = Get-AgwWorkspace | New-AgwSnapshot clean
        (Get-AgwSnapshot clean -NoSize).Workspace | Should -Be 'app', 'web'
        Remove-AgwSnapshot clean -Confirm:$false -ErrorVariable problems -ErrorAction SilentlyContinue
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'InvalidRequest,*'
        Remove-AgwSnapshot clean web -Confirm:$false
        (Get-AgwSnapshot c*).Workspace | Should -Be 'app'
        Get-AgwSnapshot no* | Should -BeNullOrEmpty
        { Get-AgwSnapshot nope -ErrorAction Stop } | Should -Throw -ErrorId 'NotFound,*'
        { New-AgwSnapshot clean app -ErrorAction Stop } | Should -Throw -ErrorId 'AlreadyExists,*'
        { New-AgwSnapshot 'No Good' app -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidName,*'
        { New-AgwSnapshot memory app -IncludeMemory -ErrorAction Stop } | Should -Throw -ErrorId 'NotSupportedByPlatform,*'
        @(Get-AgwSnapshot -NoSize).Count | Should -Be 1
    }

    It 'completes, by workspace' {
        $null = New-AgwWorkspace web
        $null = New-AgwSnapshot one app
        $null = New-AgwSnapshot two web
        (Complete 'Restore-AgwSnapshot ').CompletionText | Should -Be 'one', 'two'
        (Complete 'Remove-AgwSnapshot -Workspace web -Name ').CompletionText | Should -Be 'two'
        (Complete 'Copy-AgwWorkspace app -Snapshot ').CompletionText | Should -Be 'one'
    }

    It 'names what stands in the way of a restore, and -Force ends it' {
        $null = New-AgwSnapshot clean app
        $null = Invoke-AgwCommand -Workspace app 'setsid sleep 1000 >/dev/null 2>&1 &'
        Wait-Until { Get-Truth 'pgrep -u ws-app -x -f "sleep 1000"; true' }   # until then it goes by the name of its shell
        Restore-AgwSnapshot clean -Confirm:$false -ErrorVariable problems -ErrorAction SilentlyContinue
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'HasDependents,*'
        "$($problems[0])" | Should -Match 'sleep'
        Restore-AgwSnapshot clean -Confirm:$false -Force -Timeout 1
        Get-Truth 'pgrep -r D,R,S,T -u ws-app sleep || [ $? = 1 ]' | Should -BeNullOrEmpty   # a zombie is dead
    }

    It 'asks before it overwrites' {
        $null = New-AgwSnapshot clean app
        "$(Invoke-Pwsh 'Restore-AgwSnapshot clean')" | Should -Match 'NotInteractive|nobody can be asked'
    }
}

Describe 'Forks' -Tag Machine {
    BeforeEach { if ($why) { Set-ItResult -Skipped -Because $why } }
    AfterEach {
        Get-AgwWorkspace | Where-Object Name -NE app | Remove-AgwWorkspace -Cascade -Force -Confirm:$false
        Get-AgwSnapshot -NoSize | Remove-AgwSnapshot -Confirm:$false
    }

    It 'are made of a piped snapshot, all at once' {
        $forks = New-AgwSnapshot clean app | Copy-AgwWorkspace -Name a, b, c
        $forks.Name | Should -Be 'a', 'b', 'c'
        $forks.ParentSnapshot | Select-Object -Unique | Should -Be 'clean'
        $forks[0].ForkPoint | Should -Be (Get-AgwSnapshot clean -NoSize).HeadCommit
        ($forks | Invoke-AgwCommand 'id -un; cat file' | Sort-Object Workspace).Output | Should -Be "ws-a`none`n", "ws-b`none`n", "ws-c`none`n"
        ($forks | Format-List | Out-String) | Should -Match 'ParentSnapshot\s+: clean'
        Get-AgwWorkspace app | Remove-AgwWorkspace -Cascade -Confirm:$false -ErrorVariable problems -ErrorAction SilentlyContinue
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'HasDependents,*'
        "$($problems[0].ErrorDetails.RecommendedAction)" | Should -Match 'Repair-AgwWorkspace a, b, c -Promote'
        $null = $forks | Repair-AgwWorkspace -Promote
        Remove-AgwSnapshot clean -Confirm:$false
        (Invoke-AgwCommand -Workspace a 'cat file').Output | Should -Be "one`n"
    }

    It 'are counted, and each failure is its own' {
        $null = New-AgwWorkspace worker-2
        $made = Copy-AgwWorkspace app -Count 3 -ErrorVariable problems -ErrorAction SilentlyContinue
        $made.Name | Should -Be 'worker-1', 'worker-3'
        $problems.Count | Should -Be 1
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'AlreadyExists,*'
        $problems[0].TargetObject | Should -Be 'worker-2'
        (Copy-AgwWorkspace app -NamePrefix try -Count 2).ParentWorkspace | Should -Be 'app', 'app'
    }

    It 'leave nothing' {
        $null = New-AgwSnapshot clean app | Copy-AgwWorkspace -Count 3
        Get-AgwWorkspace worker-* | Remove-AgwWorkspace -Confirm:$false
        Get-Truth 'getent passwd | grep worker; grep -c idmapped /proc/self/mountinfo; cat /etc/agentworks/mapped; ls /opt/agentworks/workspaces/_trees' | Should -Be "0`nws-app"
    }
}
