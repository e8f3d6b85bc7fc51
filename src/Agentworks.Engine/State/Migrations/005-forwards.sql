-- The workspace that a port forward was made for; null: for the machine.
ALTER TABLE port_forward ADD COLUMN workspace_id TEXT REFERENCES workspace (id) ON DELETE SET NULL;
CREATE INDEX port_forward_workspace ON port_forward (workspace_id);
