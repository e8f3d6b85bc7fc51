# Import-AgwState, from databases made here with the schema of version 26 as agw 0.6 leaves it.

BeforeAll {
    . $PSScriptRoot/Common.ps1
    $folder = Enter-TestHome
    $null = New-Item $folder -ItemType Directory -Force
    @'
[session_templates.claude]
command = "claude --name {{session_name}}"
restart_command = "claude --resume {{session_name}}"
'@ | Set-Content (Join-Path $folder 'config.toml')

    $schema = @'
CREATE TABLE schema_version (version INTEGER, applied_at TEXT);
CREATE TABLE vm_hosts (name TEXT PRIMARY KEY, ssh_host TEXT NOT NULL, platform TEXT NOT NULL DEFAULT 'lima', os TEXT, created_at TEXT, last_seen_at TEXT);
CREATE TABLE vms (name TEXT PRIMARY KEY, platform TEXT NOT NULL, vm_host_name TEXT, template TEXT, extra_packages TEXT, provisioning_status TEXT NOT NULL DEFAULT 'pending', init_status TEXT NOT NULL DEFAULT 'pending', ssh_public_key TEXT, tailscale_host TEXT, azure_resource_id TEXT, wsl_distro_name TEXT, proxmox_vmid TEXT, cpus INTEGER, memory_gib INTEGER, disk_gib INTEGER, swap_gib INTEGER, admin_username TEXT NOT NULL DEFAULT 'agentworks', created_at TEXT, last_seen_at TEXT);
CREATE TABLE vm_events (id INTEGER PRIMARY KEY AUTOINCREMENT, vm_name TEXT NOT NULL, event TEXT, detail TEXT, created_at TEXT);
CREATE TABLE workspaces (name TEXT PRIMARY KEY, vm_name TEXT NOT NULL, template TEXT, workspace_path TEXT NOT NULL, linux_group TEXT NOT NULL, created_at TEXT, last_seen_at TEXT);
CREATE TABLE agents (name TEXT PRIMARY KEY, vm_name TEXT NOT NULL, linux_user TEXT NOT NULL UNIQUE, template TEXT, grant_all INTEGER, created_at TEXT);
CREATE TABLE agent_workspace_grants (agent_name TEXT NOT NULL, workspace_name TEXT NOT NULL, grant_type TEXT NOT NULL, session_name TEXT, created_at TEXT);
CREATE TABLE sessions (name TEXT PRIMARY KEY, workspace_name TEXT NOT NULL, template TEXT NOT NULL, mode TEXT NOT NULL DEFAULT 'admin', created_at TEXT, updated_at TEXT, agent_name TEXT, created_workspace INTEGER DEFAULT 0, created_agent INTEGER DEFAULT 0, socket_path TEXT, pid INTEGER, boot_id TEXT);
CREATE TABLE consoles (name TEXT PRIMARY KEY, vm_name TEXT NOT NULL, admin_shell INTEGER, created_at TEXT, updated_at TEXT);
CREATE TABLE console_sessions (console_name TEXT NOT NULL, session_name TEXT NOT NULL, position INTEGER NOT NULL, shells TEXT DEFAULT '[]', PRIMARY KEY (console_name, session_name));
'@

    # Runs SQL on a file with the SQLite that the module brings.
    function Invoke-Sql([string] $File, [string] $Sql) {
        $null = Get-EngineType 'Agentworks.State.StateStore'
        $sqlite = [AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { $_.GetName().Name -eq 'Microsoft.Data.Sqlite' } | Select-Object -First 1
        $connection = [Activator]::CreateInstance($sqlite.GetType('Microsoft.Data.Sqlite.SqliteConnection'), "Data Source=$File;Pooling=False")
        try {
            $connection.Open()
            $command = $connection.CreateCommand()
            $command.CommandText = $Sql
            $null = $command.ExecuteNonQuery()
        }
        finally { $connection.Dispose() }
    }

    function New-Database([int] $Version = 26) {
        $file = Join-Path $TestDrive "$([guid]::NewGuid().ToString('N')).db"
        Invoke-Sql $file ("PRAGMA journal_mode = WAL; $schema INSERT INTO schema_version VALUES ($Version, '2026-01-01T00:00:00Z');" + @'
INSERT INTO vm_hosts VALUES ('mini', 'ops@mini', 'lima', 'darwin', '2026-01-01T00:00:00Z', NULL);
INSERT INTO vms (name, platform, vm_host_name, template, provisioning_status, init_status, tailscale_host, cpus, memory_gib, disk_gib, admin_username, created_at) VALUES
    ('dev', 'azure', NULL, 'default', 'complete', 'complete', '192.0.2.1', 4, 8, 50, 'agentworks', '2026-01-02T03:04:05Z'),
    ('old', 'lima', 'mini', '(built-in)', 'failed', 'pending', NULL, 2, 4, 20, 'agentworks', '2026-01-02T03:04:05Z'),
    ('my_vm', 'lima', 'mini', NULL, 'complete', 'partial', '192.0.2.1', 2, 4, 20, 'ops', '2026-01-02T03:04:05Z');
INSERT INTO workspaces VALUES
    ('app', 'dev', 'default', '/opt/agentworks/workspaces/app', 'ws-app', '2026-01-03T00:00:00Z', NULL),
    ('web', 'dev', 'copied', '/srv/web', 'ws--web', '2026-01-03T00:00:00Z', NULL),
    ('lost', 'old', 'default', '/opt/x', 'ws-lost', '2026-01-03T00:00:00Z', NULL);
INSERT INTO agents VALUES
    ('coder', 'dev', 'agt-coder', 'default', 0, '2026-01-03T00:00:00Z'),
    ('ops', 'dev', 'agt--ops', '(built-in)', 1, '2026-01-03T00:00:00Z'),
    ('far', 'my_vm', 'agt-far', NULL, 0, '2026-01-03T00:00:00Z');
INSERT INTO sessions (name, workspace_name, template, mode, agent_name, created_at, created_workspace, created_agent, socket_path, pid) VALUES
    ('fix', 'app', 'claude', 'agent', 'coder', '2026-01-04T00:00:00Z', 1, 1, '/run/x', 77),
    ('app--legacy', 'app', 'gone', 'admin', NULL, '2026-01-04T00:00:00Z', 0, 0, NULL, -1),
    ('stray', 'lost', 'claude', 'admin', NULL, '2026-01-04T00:00:00Z', 0, 0, NULL, NULL);
INSERT INTO agent_workspace_grants VALUES
    ('coder', 'app', 'explicit', NULL, '2026-01-03T00:00:00Z'), ('coder', 'app', 'explicit', NULL, '2026-01-03T00:00:01Z'),
    ('coder', 'app', 'implicit', 'fix', '2026-01-03T00:00:00Z'), ('ops', 'app', 'explicit', NULL, '2026-01-03T00:00:00Z'),
    ('far', 'app', 'explicit', NULL, '2026-01-03T00:00:00Z');
INSERT INTO consoles VALUES ('all', 'dev', 1, '2026-01-05T00:00:00Z', NULL);
INSERT INTO console_sessions VALUES
    ('all', 'app--legacy', 3, '[]'), ('all', 'fix', 1, '[{"cwd": null, "admin": false}, {"cwd": "src", "admin": true}]');
'@)
        $file
    }

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
        $env:AGENTWORKS_HOME = Join-Path $TestDrive 'agw'
        try {
            $null = New-Item $env:AGENTWORKS_HOME -ItemType Directory
            Copy-Item (New-Database) (Join-Path $env:AGENTWORKS_HOME 'agentworks.db')
            { Get-AgwVm } | Should -Throw -ErrorId 'StateFile,*' -PassThru | ForEach-Object { $_.ErrorDetails.RecommendedAction | Should -Match 'Import-AgwState' }
        }
        finally { $env:AGENTWORKS_HOME = $folder }
    }
}
