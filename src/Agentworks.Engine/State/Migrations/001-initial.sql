-- Ids are 32 hex digits, times are UTC in ISO 8601, enumerations are spelled as in the model.

CREATE TABLE meta (
    key   TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE vm (
    id              TEXT NOT NULL PRIMARY KEY,
    name            TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 63 AND name NOT GLOB '*[^a-z0-9_-]*'),
    platform        TEXT NOT NULL,
    template        TEXT NOT NULL,
    state           TEXT NOT NULL CHECK (state IN ('Creating', 'Ready', 'Partial', 'Failed', 'Removing')),
    desired_power   TEXT NOT NULL CHECK (desired_power IN ('Running', 'Stopped')),
    admin_user      TEXT NOT NULL,
    host_name       TEXT NOT NULL,
    workspaces_path TEXT NOT NULL,
    cpus            INTEGER,
    memory_gib      INTEGER,
    disk_gib        INTEGER,
    image           TEXT,
    options         TEXT NOT NULL,
    platform_data   TEXT NOT NULL,
    workspace_store TEXT,
    failed_steps    TEXT NOT NULL,
    applied_hash    TEXT,
    created         TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE workspace (
    id          TEXT NOT NULL PRIMARY KEY,
    name        TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 63 AND name NOT GLOB '*[^a-z0-9_-]*'),
    vm_id       TEXT NOT NULL REFERENCES vm (id) ON DELETE CASCADE,
    isolation   TEXT NOT NULL CHECK (isolation IN ('Shared', 'Dedicated')),
    state       TEXT NOT NULL CHECK (state IN ('Creating', 'Ready', 'Partial', 'Failed', 'Removing')),
    template    TEXT NOT NULL,
    path        TEXT NOT NULL,
    linux_group TEXT NOT NULL,
    repository  TEXT,
    branch      TEXT,
    store       TEXT,
    created     TEXT NOT NULL,
    UNIQUE (vm_id, linux_group),
    UNIQUE (vm_id, path),
    UNIQUE (id, vm_id)
) WITHOUT ROWID;

-- A dedicated workspace owns its machine, one to one.
CREATE UNIQUE INDEX workspace_dedicated ON workspace (vm_id) WHERE isolation = 'Dedicated';

CREATE TABLE agent (
    id             TEXT NOT NULL PRIMARY KEY,
    name           TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 63 AND name NOT GLOB '*[^a-z0-9_-]*'),
    vm_id          TEXT NOT NULL REFERENCES vm (id) ON DELETE CASCADE,
    state          TEXT NOT NULL CHECK (state IN ('Creating', 'Ready', 'Partial', 'Failed', 'Removing')),
    template       TEXT NOT NULL,
    linux_user     TEXT NOT NULL,
    all_workspaces INTEGER NOT NULL CHECK (all_workspaces IN (0, 1)),
    failed_steps   TEXT NOT NULL,
    created        TEXT NOT NULL,
    UNIQUE (vm_id, linux_user),
    UNIQUE (id, vm_id)
) WITHOUT ROWID;

-- vm_id is the workspace's, kept here so that the keys below can insist that agent and workspace live on one machine.
CREATE TABLE session (
    id              TEXT NOT NULL PRIMARY KEY,
    name            TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 63 AND name NOT GLOB '*[^a-z0-9_-]*'),
    vm_id           TEXT NOT NULL REFERENCES vm (id) ON DELETE CASCADE,
    workspace_id    TEXT NOT NULL,
    agent_id        TEXT,
    state           TEXT NOT NULL CHECK (state IN ('Creating', 'Ready', 'Partial', 'Failed', 'Removing')),
    desired         TEXT NOT NULL CHECK (desired IN ('Running', 'Stopped')),
    template        TEXT NOT NULL,
    command         TEXT NOT NULL,
    restart_command TEXT NOT NULL,
    environment     TEXT NOT NULL,
    secret_names    TEXT NOT NULL,
    run_id          TEXT,
    started         TEXT,
    created         TEXT NOT NULL,
    UNIQUE (id, agent_id, workspace_id),
    FOREIGN KEY (workspace_id, vm_id) REFERENCES workspace (id, vm_id) ON DELETE CASCADE,
    FOREIGN KEY (agent_id, vm_id) REFERENCES agent (id, vm_id) ON DELETE CASCADE
) WITHOUT ROWID;

CREATE INDEX session_vm ON session (vm_id);
CREATE INDEX session_workspace ON session (workspace_id, vm_id);
CREATE INDEX session_agent ON session (agent_id, vm_id);

-- An implicit grant is its session's own agent and workspace, and goes with the session.
CREATE TABLE access_grant (
    agent_id     TEXT NOT NULL,
    workspace_id TEXT NOT NULL,
    vm_id        TEXT NOT NULL,
    kind         TEXT NOT NULL CHECK (kind IN ('Explicit', 'Implicit', 'All')),
    session_id   TEXT,
    CHECK ((kind = 'Implicit') = (session_id IS NOT NULL)),
    FOREIGN KEY (agent_id, vm_id) REFERENCES agent (id, vm_id) ON DELETE CASCADE,
    FOREIGN KEY (workspace_id, vm_id) REFERENCES workspace (id, vm_id) ON DELETE CASCADE,
    FOREIGN KEY (session_id, agent_id, workspace_id) REFERENCES session (id, agent_id, workspace_id) ON DELETE CASCADE
);

-- The real key: a PRIMARY KEY would take two nulls for different values.
CREATE UNIQUE INDEX access_grant_key ON access_grant (agent_id, workspace_id, kind, ifnull(session_id, ''));
CREATE INDEX access_grant_workspace ON access_grant (workspace_id, vm_id);
CREATE INDEX access_grant_session ON access_grant (session_id);

CREATE TABLE operation (
    sequence     INTEGER PRIMARY KEY AUTOINCREMENT,
    id           TEXT NOT NULL UNIQUE,
    operation    TEXT NOT NULL,
    kind         TEXT NOT NULL,
    target_id    TEXT NOT NULL,
    target_name  TEXT NOT NULL,
    arguments    TEXT NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('Open', 'Done', 'Failed')),
    holder_pid   INTEGER NOT NULL,
    holder_start TEXT NOT NULL,
    holder_host  TEXT NOT NULL,
    error        TEXT,
    started      TEXT NOT NULL,
    ended        TEXT,
    CHECK ((state = 'Open') = (ended IS NULL)),
    CHECK ((state = 'Failed') = (error IS NOT NULL))
);

CREATE INDEX operation_target ON operation (target_id);
CREATE INDEX operation_open ON operation (sequence) WHERE state = 'Open';

CREATE TABLE operation_step (
    sequence INTEGER NOT NULL REFERENCES operation (sequence) ON DELETE CASCADE,
    number   INTEGER NOT NULL,
    step     TEXT NOT NULL,
    recorded TEXT NOT NULL,
    PRIMARY KEY (sequence, number)
) WITHOUT ROWID;
