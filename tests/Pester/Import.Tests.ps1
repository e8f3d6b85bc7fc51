# Import-AgwState.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Legacy.ps1
    $folder = Enter-TestHome
    $null = New-Item $folder -ItemType Directory -Force
    @'
[session_templates.claude]
command = "claude --name {{session_name}}"
restart_command = "claude --resume {{session_name}}"
'@ | Set-Content (Join-Path $folder 'config.toml')
}

AfterAll { Exit-TestHome }

Describe 'Import-AgwState' {
    BeforeAll {
        $database = New-Database
        $digest = (Get-FileHash $database).Hash
        $imported = Import-AgwState $database -WarningVariable warnings -WarningAction SilentlyContinue
    }

    It 'adopts machines that can be reached, at the address by which agw reaches them' {
        $vm = Get-AgwVm dev
        $vm.Platform | Should -Be 'ssh'
        $vm.AdminUser | Should -Be 'agentworks'
        $vm.State | Should -Be 'Partial'
        $vm.Created.UtcDateTime | Should -Be ([datetime] '2026-01-02T03:04:05Z').ToUniversalTime()
        (Get-AgwVm my_vm).AdminUser | Should -Be 'ops'
    }

    It 'leaves out what cannot be used, with the reason' {
        Get-AgwVm old* | Should -BeNullOrEmpty
        $skipped = $imported | Where-Object Status -EQ Skipped
        $skipped.Name | Sort-Object | Should -Be 'lost', 'old', 'stray'
        $skipped | ForEach-Object { $_.Detail | Should -Not -BeNullOrEmpty }
    }

    It 'keeps paths, users and groups as they are there, also of old naming schemes' {
        (Get-AgwWorkspace web).Path | Should -Be '/srv/web'
        (Get-AgwWorkspace web).Group | Should -Be 'ws--web'
        (Get-AgwWorkspace web).Template | Should -Be 'default'
        (Get-AgwAgent ops).LinuxUser | Should -Be 'agt--ops'
        (Get-AgwAgent ops).AllWorkspaces | Should -BeTrue
    }

    It 'records each grant once, and none between machines' {
        (Get-AgwAgent coder).Grants | ForEach-Object { "$($_.Workspace) $($_.Kind) $($_.Session)" } | Sort-Object | Should -Be 'app Explicit ', 'app Implicit fix'
        (Get-AgwAgent far).Grants | Should -BeNullOrEmpty
    }

    It 'knows the commands of sessions from their templates' {
        (Get-AgwSession fix).Command | Should -Be 'claude --name fix'
        (Get-AgwSession fix).Agent | Should -Be 'coder'
        (Get-AgwSession fix).Desired | Should -Be 'Stopped'
        (Get-AgwSession app--legacy).Command | Should -Be ''
    }

    It 'records VM hosts' {
        (Get-AgwVmHost mini).Address | Should -Be 'ops@mini'
        (Get-AgwVmHost mini).VmCount | Should -Be 1
    }

    It 'keeps what was made along with a session' {
        (Get-AgwSession fix).MadeWorkspace | Should -BeTrue
        (Get-AgwSession app--legacy).MadeAgent | Should -BeFalse
    }

    It 'keeps consoles with the order of their sessions and their shells' {
        $console = Get-AgwConsole all
        $console.AdminShell | Should -BeTrue
        $console.Sessions.Session | Should -Be 'fix', 'app--legacy'
        $console.Sessions[0].Shells.Count | Should -Be 2
    }

    It 'warns of machines whose host key nobody has seen' {
        "$warnings" | Should -Match 'dev'
    }

    It 'changes nothing in the database' {
        (Get-FileHash $database).Hash | Should -Be $digest
    }

    It 'adds nothing the second time, and only what is new the third' {
        $again = Import-AgwState $database -WarningAction SilentlyContinue
        $again.Status | Sort-Object -Unique | Should -Be 'Unchanged', 'Skipped'
        Invoke-Sql $database "INSERT INTO workspaces VALUES ('more', 'dev', NULL, '/opt/more', 'ws-more', '2026-01-03T00:00:00Z', NULL)"
        (Import-AgwState $database -WarningAction SilentlyContinue | Where-Object Status -EQ Imported).Name | Should -Be 'more'
    }

    It 'reads what is only in the log yet' {
        $busy = New-Database
        Invoke-Sql $busy "PRAGMA wal_autocheckpoint = 0; UPDATE workspaces SET workspace_path = '/opt/app2' WHERE name = 'app'"
        (Import-AgwState $busy -WhatIf | Where-Object Name -EQ app).Status | Should -Be 'Unchanged'
    }
}

Describe 'Import-AgwState -WhatIf' {
    It 'shows what would be imported and records nothing' {
        $env:AGENTWORKS_HOME = Join-Path $TestDrive 'other'
        try {
            $plan = Import-AgwState (New-Database) -WhatIf
            ($plan | Where-Object Status -EQ New).Count | Should -BeGreaterThan 8
            Get-AgwVm | Should -BeNullOrEmpty
            Get-AgwVmHost | Should -BeNullOrEmpty
        }
        finally { $env:AGENTWORKS_HOME = $folder }
    }
}

Describe 'What cannot be imported' {
    It 'a database of schema <_>' -ForEach 25, 27 {
        { Import-AgwState (New-Database $_) -ErrorAction Stop } | Should -Throw -ErrorId 'StateFile,Agentworks.PowerShell.ImportAgwStateCommand'
    }

    It 'a file of another kind: <Name>' -ForEach @(
        @{ Name = 'text'; Content = 'hello, this is not a database at all' }
        @{ Name = 'empty'; Content = '' }
        @{ Name = 'cut off'; Content = "SQLite format 3`0" }
    ) {
        $file = Join-Path $TestDrive 'rubbish.db'
        [IO.File]::WriteAllText($file, $Content)
        { Import-AgwState $file -ErrorAction Stop } | Should -Throw -ErrorId 'StateFile,Agentworks.PowerShell.ImportAgwStateCommand'
    }

    It 'another SQLite file' {
        $file = Join-Path $TestDrive 'theirs.db'
        Invoke-Sql $file 'CREATE TABLE theirs (x)'
        { Import-AgwState $file -ErrorAction Stop } | Should -Throw -ErrorId 'StateFile,*'
    }

    It 'nothing' {
        { Import-AgwState (Join-Path $TestDrive 'none.db') -ErrorAction Stop } | Should -Throw -ErrorId 'StateFile,*'
    }
}

Describe 'The folder of agw' {
    It 'is recognized, and the error says how to go on' {
        $database = New-Database   # which opens the folder of now
        $env:AGENTWORKS_HOME = Join-Path $TestDrive 'agw'
        try {
            $null = New-Item $env:AGENTWORKS_HOME -ItemType Directory
            Copy-Item $database (Join-Path $env:AGENTWORKS_HOME 'agentworks.db')
            { Get-AgwVm } | Should -Throw -ErrorId 'StateFile,*' -PassThru | ForEach-Object { $_.ErrorDetails.RecommendedAction | Should -Match 'Import-AgwState' }
        }
        finally { $env:AGENTWORKS_HOME = $folder }
    }
}
