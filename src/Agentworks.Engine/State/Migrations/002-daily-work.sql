-- How a machine is reached: the network driver and its own record, opaque here; and the host that runs it, for Lima.
ALTER TABLE vm ADD COLUMN network TEXT NOT NULL DEFAULT 'direct';
ALTER TABLE vm ADD COLUMN network_data TEXT NOT NULL DEFAULT '{}';
ALTER TABLE vm ADD COLUMN vm_host TEXT;

-- What a half-made copy is a copy of, and where a workspace that moves lies as well.
ALTER TABLE workspace ADD COLUMN copied_from TEXT;
ALTER TABLE workspace ADD COLUMN other_path TEXT;
ALTER TABLE workspace ADD COLUMN other_vm_id TEXT;

-- What was made along with a session may go along with it.
ALTER TABLE session ADD COLUMN made_workspace INTEGER NOT NULL DEFAULT 0 CHECK (made_workspace IN (0, 1));
ALTER TABLE session ADD COLUMN made_agent INTEGER NOT NULL DEFAULT 0 CHECK (made_agent IN (0, 1));

-- So that a console's members live on the console's machine.
CREATE UNIQUE INDEX session_place ON session (id, vm_id);

CREATE TABLE vm_host (
    id      TEXT NOT NULL PRIMARY KEY,
    name    TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 63 AND name NOT GLOB '*[^a-z0-9_-]*'),
    address TEXT NOT NULL,
    system  TEXT,
    created TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE vm_event (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    vm_id    TEXT NOT NULL REFERENCES vm (id) ON DELETE CASCADE,
    event    TEXT NOT NULL,
    detail   TEXT,
    time     TEXT NOT NULL
);

CREATE INDEX vm_event_vm ON vm_event (vm_id, sequence);

CREATE TABLE console (
    id          TEXT NOT NULL PRIMARY KEY,
    name        TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 63 AND name NOT GLOB '*[^a-z0-9_-]*'),
    vm_id       TEXT NOT NULL REFERENCES vm (id) ON DELETE CASCADE,
    admin_shell INTEGER NOT NULL CHECK (admin_shell IN (0, 1)),
    created     TEXT NOT NULL,
    UNIQUE (id, vm_id)
) WITHOUT ROWID;

-- shells: JSON array of {"id": string, "cwd": string or null, "admin": bool}, in the order of the panes. The id marks the pane.
CREATE TABLE console_session (
    console_id TEXT NOT NULL,
    session_id TEXT NOT NULL,
    vm_id      TEXT NOT NULL,
    position   INTEGER NOT NULL,
    shells     TEXT NOT NULL,
    PRIMARY KEY (console_id, session_id),
    FOREIGN KEY (console_id, vm_id) REFERENCES console (id, vm_id) ON DELETE CASCADE,
    FOREIGN KEY (session_id, vm_id) REFERENCES session (id, vm_id) ON DELETE CASCADE
) WITHOUT ROWID;

CREATE INDEX console_session_session ON console_session (session_id, vm_id);

-- The process that keeps a forward open runs on this computer and leaves its identity in the forward's own folder.
CREATE TABLE port_forward (
    id            TEXT NOT NULL PRIMARY KEY,
    vm_id         TEXT NOT NULL REFERENCES vm (id) ON DELETE CASCADE,
    local_address TEXT NOT NULL,
    local_port    INTEGER NOT NULL CHECK (local_port BETWEEN 1 AND 65535),
    remote_port   INTEGER NOT NULL CHECK (remote_port BETWEEN 1 AND 65535),
    created       TEXT NOT NULL,
    UNIQUE (local_port, local_address)
) WITHOUT ROWID;

CREATE INDEX port_forward_vm ON port_forward (vm_id);

-- Which user of which machine holds which token; agent_id null for the admin. Never the token.
CREATE TABLE git_credential (
    id       TEXT NOT NULL PRIMARY KEY,
    name     TEXT NOT NULL,
    vm_id    TEXT NOT NULL REFERENCES vm (id) ON DELETE CASCADE,
    agent_id TEXT,
    origin   TEXT NOT NULL,
    kind     TEXT NOT NULL,
    host     TEXT NOT NULL,
    path     TEXT NOT NULL,
    created  TEXT NOT NULL,
    FOREIGN KEY (agent_id, vm_id) REFERENCES agent (id, vm_id) ON DELETE CASCADE
) WITHOUT ROWID;

CREATE UNIQUE INDEX git_credential_key ON git_credential (vm_id, ifnull(agent_id, ''), name);
