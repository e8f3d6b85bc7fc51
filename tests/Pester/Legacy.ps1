# Databases as agw 0.6 leaves them, with the schema of version 26. Dot-source it after Common.ps1.

$script:schema = @'
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

function New-Database([int] $Version = 26, [string] $File = (Join-Path $TestDrive "$([guid]::NewGuid().ToString('N')).db")) {
    Invoke-Sql $File ("PRAGMA journal_mode = WAL; $script:schema INSERT INTO schema_version VALUES ($Version, '2026-01-01T00:00:00Z');" + @'
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
    $File
}
