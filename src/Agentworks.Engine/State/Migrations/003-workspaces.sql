-- Sizes of machines in MiB: a dedicated workspace is often smaller than a GiB.
ALTER TABLE vm RENAME COLUMN memory_gib TO memory_mib;
UPDATE vm SET memory_mib = memory_mib * 1024;

-- Suspended on purpose: memory stays, nothing runs. Nobody waits for its answer then.
ALTER TABLE vm ADD COLUMN suspended INTEGER NOT NULL DEFAULT 0 CHECK (suspended IN (0, 1));

-- The machine of one dedicated workspace, or one kept ready for it. network_rules: JSON of what it may reach, as wanted; null: nothing was ever said.
ALTER TABLE vm ADD COLUMN dedicated INTEGER NOT NULL DEFAULT 0 CHECK (dedicated IN (0, 1));
ALTER TABLE vm ADD COLUMN network_rules TEXT;

-- Where a fork comes from. The names are for people and stay when the source goes; the id is the key that protects the snapshot.
ALTER TABLE workspace ADD COLUMN parent_workspace TEXT;
ALTER TABLE workspace ADD COLUMN parent_snapshot TEXT;
ALTER TABLE workspace ADD COLUMN parent_snapshot_id TEXT REFERENCES snapshot (id);
-- The commit that source and fork have in common, in the repository at the workspace's root; null without one.
ALTER TABLE workspace ADD COLUMN fork_point TEXT;
-- The snapshot that its files came from last, by making or restoring one: the parent of the next.
ALTER TABLE workspace ADD COLUMN at_snapshot_id TEXT REFERENCES snapshot (id) ON DELETE SET NULL;
-- The user id that files of a fork have on disk, while a mapped mount shows them as the fork's own user; null where none is mapped.
ALTER TABLE workspace ADD COLUMN disk_owner INTEGER;
ALTER TABLE workspace ADD COLUMN from_pool INTEGER NOT NULL DEFAULT 0 CHECK (from_pool IN (0, 1));
ALTER TABLE workspace ADD COLUMN ready_ms INTEGER;

CREATE INDEX workspace_parent_snapshot ON workspace (parent_snapshot_id);

-- data: the provider's own record, opaque here. inputs_hash: what a prepared snapshot was made of.
CREATE TABLE snapshot (
    id           TEXT NOT NULL PRIMARY KEY,
    name         TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 63 AND name NOT GLOB '*[^a-z0-9_.-]*'),
    workspace_id TEXT NOT NULL REFERENCES workspace (id) ON DELETE CASCADE,
    parent_id    TEXT REFERENCES snapshot (id) ON DELETE SET NULL,
    scope        TEXT NOT NULL CHECK (scope IN ('Disk', 'Tree')),
    state        TEXT NOT NULL CHECK (state IN ('Creating', 'Ready', 'Removing')),
    provider     TEXT NOT NULL,
    has_memory   INTEGER NOT NULL DEFAULT 0 CHECK (has_memory IN (0, 1)),
    data         TEXT NOT NULL DEFAULT '{}',
    head_commit  TEXT,
    inputs_hash  TEXT,
    created      TEXT NOT NULL,
    UNIQUE (workspace_id, name)
) WITHOUT ROWID;

CREATE INDEX snapshot_parent ON snapshot (parent_id);

-- What was asked for; whether it runs and how it ended is known on the machine alone, which stays the one it was started on. received_*: how many
-- bytes of its output the operator has been given.
CREATE TABLE job (
    id                TEXT NOT NULL PRIMARY KEY,
    name              TEXT NOT NULL UNIQUE,
    vm_id             TEXT NOT NULL REFERENCES vm (id) ON DELETE CASCADE,
    workspace_id      TEXT NOT NULL REFERENCES workspace (id) ON DELETE CASCADE,
    agent_id          TEXT,
    state             TEXT NOT NULL CHECK (state IN ('Creating', 'Ready', 'Removing')),
    command           TEXT NOT NULL,
    working_directory TEXT NOT NULL,
    received_output   INTEGER NOT NULL DEFAULT 0,
    received_error    INTEGER NOT NULL DEFAULT 0,
    created           TEXT NOT NULL,
    FOREIGN KEY (agent_id, vm_id) REFERENCES agent (id, vm_id) ON DELETE CASCADE
) WITHOUT ROWID;

CREATE INDEX job_workspace ON job (workspace_id);
CREATE INDEX job_vm ON job (vm_id);
CREATE INDEX job_agent ON job (agent_id, vm_id);

-- value is null for a secret one: that is in the machine's memory only.
CREATE TABLE environment_variable (
    workspace_id TEXT NOT NULL REFERENCES workspace (id) ON DELETE CASCADE,
    name         TEXT NOT NULL,
    value        TEXT,
    secret       INTEGER NOT NULL CHECK (secret IN (0, 1)),
    created      TEXT NOT NULL,
    PRIMARY KEY (workspace_id, name),
    CHECK ((secret = 1) = (value IS NULL))
) WITHOUT ROWID;

-- Machines kept ready for dedicated workspaces. A member is an ordinary machine until a workspace claims it.
CREATE TABLE pool (
    id         TEXT NOT NULL PRIMARY KEY,
    platform   TEXT NOT NULL,
    image      TEXT NOT NULL,
    count      INTEGER NOT NULL CHECK (count >= 0),
    cpus       INTEGER,
    memory_mib INTEGER,
    disk_gib   INTEGER,
    created    TEXT NOT NULL,
    UNIQUE (platform, image)
) WITHOUT ROWID;

CREATE TABLE pool_member (
    vm_id   TEXT NOT NULL PRIMARY KEY REFERENCES vm (id) ON DELETE CASCADE,
    pool_id TEXT NOT NULL REFERENCES pool (id) ON DELETE CASCADE,
    ready   INTEGER NOT NULL CHECK (ready IN (0, 1))
) WITHOUT ROWID;

-- Token buckets that hold across processes.
CREATE TABLE rate_bucket (
    name    TEXT NOT NULL PRIMARY KEY,
    tokens  REAL NOT NULL,
    updated TEXT NOT NULL
) WITHOUT ROWID;
