-- A preparation under way: of which inputs, and how many of its commands are done. -1: what was there is to go first.
CREATE TABLE preparation (
    workspace_id TEXT NOT NULL PRIMARY KEY REFERENCES workspace (id) ON DELETE CASCADE,
    inputs_hash  TEXT NOT NULL,
    done         INTEGER NOT NULL CHECK (done >= -1)
) WITHOUT ROWID;
