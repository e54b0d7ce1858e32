-- What an organisation's agents say of themselves, and which connectors they may call.
-- The twin of this file is in store-sqlite/migrations.

ALTER TABLE agents ADD COLUMN description TEXT;
ALTER TABLE agents ADD COLUMN avatar_url  TEXT; -- never fetched

CREATE TABLE agent_connectors (
    tenant_id     UUID   NOT NULL,
    agent_id      UUID   NOT NULL,
    connector_key TEXT   NOT NULL,
    position      BIGINT NOT NULL, -- from 0, in the order in which the list was given
    PRIMARY KEY (tenant_id, agent_id, connector_key)
);
