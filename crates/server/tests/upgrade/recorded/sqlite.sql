PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE _sqlx_migrations (
    version BIGINT PRIMARY KEY,
    description TEXT NOT NULL,
    installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    success BOOLEAN NOT NULL,
    checksum BLOB NOT NULL,
    execution_time BIGINT NOT NULL
);
INSERT INTO _sqlx_migrations VALUES(1,'foundation','2026-11-28 19:14:11',1,X'8416770964244ad46abeb76ec3a862af334849f852679a3dd4f1259894f573de75ed78353a3ee859da87d466505d5f31',11389932);
INSERT INTO _sqlx_migrations VALUES(2,'budgets','2026-11-28 19:14:11',1,X'70b257e9738f6c353c1c65d02cb59268721ffa00b24561f0d8ef0b138b6853e9eff5aa0e4dcb986f7a6ada68079fa141',10942102);
INSERT INTO _sqlx_migrations VALUES(3,'auth','2026-11-28 19:14:11',1,X'28dd04746ac67124574e9bb25f5de7eb55bc3c241618a23f3a7a0173e79e0a0058d6d950769015b9f4d0124c54bc4b76',2986944);
INSERT INTO _sqlx_migrations VALUES(4,'llm calls','2026-11-28 19:14:11',1,X'93c5027acaf14a5dbb2aee12ad082108c2e939fdea4c69de051a63311cd69d77b3eee5e6a9ea43981f274088bd3c0f94',4023528);
INSERT INTO _sqlx_migrations VALUES(5,'approval rules','2026-11-28 19:14:11',1,X'5eb41a31e25aee8d3fb8a055192fc5c58973680e5dace9fa2b9d76f46355ff1bceb62273a3f83e10473c574715b25761',3961983);
INSERT INTO _sqlx_migrations VALUES(6,'codelab','2026-11-28 19:14:11',1,X'e092e7075e03fd38ada71701ce577490696ab11bdfcb57203b86b8c12534d32b6a7d036f5809c18484045eae0007495f',16105936);
CREATE TABLE tenants (
    id         BLOB    NOT NULL PRIMARY KEY,
    created_at INTEGER NOT NULL
) STRICT;
INSERT INTO tenants VALUES(X'00000000000000000000000000000001',1795893251583092);
CREATE TABLE users (
    tenant_id  BLOB    NOT NULL REFERENCES tenants (id),
    id         BLOB    NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) STRICT;
INSERT INTO users VALUES(X'00000000000000000000000000000001',X'00000000000000000000000000000001',1795893251583092);
INSERT INTO users VALUES(X'00000000000000000000000000000001',X'01a223944e9a76298247a12a3d74872a',1795893251738962);
INSERT INTO users VALUES(X'00000000000000000000000000000001',X'01a223944e9f7442a7ea75f3b8a7d218',1795893251743214);
CREATE TABLE api_keys (
    id          BLOB    NOT NULL PRIMARY KEY,
    tenant_id   BLOB    NOT NULL REFERENCES tenants (id),
    user_id     BLOB    NOT NULL,
    agent_id    BLOB,
    name        TEXT,
    hash        TEXT    NOT NULL UNIQUE,
    last4       TEXT    NOT NULL,
    scopes      TEXT    NOT NULL,
    daily_limit INTEGER,
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER,
    revoked_at  INTEGER
) STRICT;
CREATE TABLE api_key_days (
    tenant_id  BLOB    NOT NULL,
    api_key_id BLOB    NOT NULL,
    day        INTEGER NOT NULL,
    runs       INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, api_key_id, day)
) STRICT, WITHOUT ROWID;
CREATE TABLE secrets (
    tenant_id  BLOB    NOT NULL REFERENCES tenants (id),
    name       TEXT    NOT NULL,
    sealed     TEXT    NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, name)
) STRICT;
CREATE TABLE agents (
    id            BLOB    NOT NULL PRIMARY KEY,
    tenant_id     BLOB    NOT NULL REFERENCES tenants (id),
    owner_user_id BLOB    NOT NULL,
    name          TEXT    NOT NULL,
    system_prompt TEXT    NOT NULL,
    model         TEXT    NOT NULL,
    llm_params    TEXT,
    status        TEXT    NOT NULL,
    version       INTEGER NOT NULL,
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER,
    deleted_at    INTEGER
) STRICT;
INSERT INTO agents VALUES(X'01a223944f27701c874241f8a2c1db13',X'00000000000000000000000000000001',X'00000000000000000000000000000001','Agent','','openai:gpt-4o-mini',NULL,'published',1,1795893251879460,NULL,NULL);
INSERT INTO agents VALUES(X'f364adfa096057eebead9534213ec2b8',X'00000000000000000000000000000001',X'00000000000000000000000000000001','CodeLab','','default',NULL,'published',1,1795893252550915,NULL,NULL);
CREATE TABLE agent_versions (
    tenant_id  BLOB    NOT NULL,
    agent_id   BLOB    NOT NULL REFERENCES agents (id),
    version    INTEGER NOT NULL,
    snapshot   TEXT    NOT NULL, -- JSON: {agent, bindings}
    created_by BLOB    NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, agent_id, version)
) STRICT;
CREATE TABLE tools (
    id                 BLOB    NOT NULL PRIMARY KEY,
    tenant_id          BLOB    NOT NULL REFERENCES tenants (id),
    name               TEXT    NOT NULL,
    description        TEXT    NOT NULL,
    input_schema       TEXT    NOT NULL,
    execution_type     TEXT    NOT NULL,
    endpoint           TEXT,
    auth_type          TEXT    NOT NULL,
    status             TEXT    NOT NULL,
    version            INTEGER NOT NULL,
    http_method        TEXT    NOT NULL,
    parameter_mapping  TEXT    NOT NULL,
    custom_headers     TEXT    NOT NULL,
    response_transform TEXT,
    effect             TEXT    NOT NULL,
    status_endpoint    TEXT,
    created_at         INTEGER NOT NULL,
    updated_at         INTEGER,
    deleted_at         INTEGER
) STRICT;
INSERT INTO tools VALUES(X'01a223944f887136a0d0ec0359a74c77',X'00000000000000000000000000000001','write_file','Works on a text','{"type":"object","properties":{"text":{"type":"string"}},"required":["text"]}','http_webhook','http://127.0.0.1:18098/work','none','active',1,'POST','{}','{}',NULL,'idempotent',NULL,1795893251900190,NULL,NULL);
CREATE TABLE bindings (
    id               BLOB    NOT NULL PRIMARY KEY,
    tenant_id        BLOB    NOT NULL REFERENCES tenants (id),
    agent_id         BLOB    NOT NULL REFERENCES agents (id),
    tool_id          BLOB    NOT NULL REFERENCES tools (id),
    permission_scope TEXT    NOT NULL,
    timeout_ms       INTEGER NOT NULL,
    rate_limit       TEXT,
    allowed_domains  TEXT    NOT NULL,
    secrets_ref      TEXT,
    created_at       INTEGER NOT NULL,
    updated_at       INTEGER,
    UNIQUE (agent_id, tool_id)
) STRICT;
INSERT INTO bindings VALUES(X'01a223944fa473c2abe01526ef21d0de',X'00000000000000000000000000000001',X'01a223944f27701c874241f8a2c1db13',X'01a223944f887136a0d0ec0359a74c77','read',15000,NULL,'[]',NULL,1795893252004222,NULL);
CREATE TABLE sessions (
    tenant_id  BLOB    NOT NULL REFERENCES tenants (id),
    id         TEXT    NOT NULL,
    agent_id   BLOB    NOT NULL,
    next_seq   INTEGER NOT NULL, -- numbers from here on were never given to a worker
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL, user_id       BLOB, title         TEXT, description   TEXT, metadata      TEXT, system_prompt TEXT, specialist    TEXT, is_pinned     INTEGER NOT NULL DEFAULT 0, message_count INTEGER NOT NULL DEFAULT 0, is_active     INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, id)
) STRICT;
INSERT INTO sessions VALUES(X'00000000000000000000000000000001','01a22394-4fc2-77fd-b4bc-a24eae59581c',X'01a223944f27701c874241f8a2c1db13',1032,1795893252034882,1795893252163523,NULL,NULL,NULL,NULL,NULL,NULL,0,0,1);
INSERT INTO sessions VALUES(X'00000000000000000000000000000001','01a22394-5016-76cf-bd9d-7d0361fafe3e',X'01a223944f27701c874241f8a2c1db13',1032,1795893252118391,1795893252246388,NULL,NULL,NULL,NULL,NULL,NULL,0,0,1);
INSERT INTO sessions VALUES(X'00000000000000000000000000000001','01a22394-5067-7313-9208-d7220f798770',X'01a223944f27701c874241f8a2c1db13',1031,1795893252199194,1795893252324014,NULL,NULL,NULL,NULL,NULL,NULL,0,0,1);
INSERT INTO sessions VALUES(X'00000000000000000000000000000001','01a22394-50c5-7746-8a8f-2ae6b59bcd50',X'01a223944f27701c874241f8a2c1db13',1025,1795893252293037,1795893252330813,NULL,NULL,NULL,NULL,NULL,NULL,0,0,1);
INSERT INTO sessions VALUES(X'00000000000000000000000000000001','01a22394-50f2-72dd-9acb-0c2676b216c6',X'01a223944f27701c874241f8a2c1db13',1028,1795893252338788,1795893252454144,NULL,NULL,NULL,NULL,NULL,NULL,0,0,1);
INSERT INTO sessions VALUES(X'00000000000000000000000000000001','two-runs',X'01a223944f27701c874241f8a2c1db13',6,1795893252427058,1795893252507353,NULL,NULL,NULL,NULL,NULL,NULL,0,0,1);
INSERT INTO sessions VALUES(X'00000000000000000000000000000001','2116a30f-51f4-4e51-ba10-c6f4cebeaa41',X'f364adfa096057eebead9534213ec2b8',1050,1795893252575329,1795893252796423,X'00000000000000000000000000000001','hello',NULL,NULL,NULL,'ask',0,10,1);
INSERT INTO sessions VALUES(X'00000000000000000000000000000001','b546f529-4b08-4f96-97ef-0cbca7ebd5b4',X'f364adfa096057eebead9534213ec2b8',1025,1795893252800224,1795893252829122,X'00000000000000000000000000000001','Read the file',NULL,NULL,NULL,'coder',0,2,1);
INSERT INTO sessions VALUES(X'00000000000000000000000000000001','669eafea-47d0-4127-95d2-848f5fbbbbe7',X'f364adfa096057eebead9534213ec2b8',1,1795893252836595,1795893252836595,X'00000000000000000000000000000001',NULL,NULL,NULL,NULL,NULL,0,0,1);
INSERT INTO sessions VALUES(X'00000000000000000000000000000001','9bb3b4a3-6ccc-4b2b-b90d-5ca3694904d0',X'f364adfa096057eebead9534213ec2b8',1049,1795893252839678,1795893252913263,X'00000000000000000000000000000001','Plan it',NULL,NULL,NULL,'ask',1,7,1);
INSERT INTO sessions VALUES(X'00000000000000000000000000000001','a7a5b76e-c9b1-4cad-a73c-5a0055404e84',X'f364adfa096057eebead9534213ec2b8',1028,1795893252923155,1795893252962518,X'00000000000000000000000000000001','Plan it',NULL,NULL,NULL,'architect',1,2,1);
INSERT INTO sessions VALUES(X'00000000000000000000000000000001','8e1415ab-471a-43c4-af2b-dcd7d1218d11',X'f364adfa096057eebead9534213ec2b8',1034,1795893252969295,1795893253067878,X'00000000000000000000000000000001','Read the file',NULL,NULL,NULL,'coder',0,5,1);
INSERT INTO sessions VALUES(X'00000000000000000000000000000001','01a22394-53dd-76f9-910a-190bf8277ac2',X'01a223944f27701c874241f8a2c1db13',4,1795893253085277,1795893253113386,NULL,NULL,NULL,NULL,NULL,NULL,0,0,1);
INSERT INTO sessions VALUES(X'00000000000000000000000000000001','01a22394-5401-77d7-9af1-f1c526825f22',X'01a223944f27701c874241f8a2c1db13',1025,1795893253121149,1795893253121149,NULL,NULL,NULL,NULL,NULL,NULL,0,0,1);
CREATE TABLE runs (
    id                BLOB    NOT NULL PRIMARY KEY,
    tenant_id         BLOB    NOT NULL REFERENCES tenants (id),
    agent_id          BLOB    NOT NULL REFERENCES agents (id),
    agent_version     INTEGER NOT NULL,
    session_id        TEXT    NOT NULL,
    trace_id          TEXT    NOT NULL,
    principal         TEXT    NOT NULL,
    input_message     TEXT    NOT NULL,
    phase             TEXT    NOT NULL,
    epoch             INTEGER NOT NULL,
    owner             TEXT,
    lease_until       INTEGER,            -- by the database's clock
    crash_count       INTEGER NOT NULL,
    cancel_requested  INTEGER NOT NULL,   -- 0 or 1
    is_head           INTEGER NOT NULL,   -- 1: first of its session's open runs; only heads are claimed
    wake              INTEGER NOT NULL,   -- 1: decided while a worker had it, so that going to sleep puts it back in the queue
    folded            INTEGER NOT NULL,   -- 1: over, and its deltas are folded
    output_message    TEXT,
    error_code        TEXT,
    error_message     TEXT,
    prompt_tokens     INTEGER,
    completion_tokens INTEGER,
    cached_tokens     INTEGER,
    reasoning_tokens  INTEGER,
    created_at        INTEGER NOT NULL,
    updated_at        INTEGER,
    finished_at       INTEGER
, team TEXT) STRICT;
INSERT INTO runs VALUES(X'01a223944fb071f791ab8874f5cfa4c1',X'00000000000000000000000000000001',X'01a223944f27701c874241f8a2c1db13',1,'01a22394-4fc2-77fd-b4bc-a24eae59581c','01a22394-4faf-737b-9bdc-bceb1904ed06','{"user_id":"00000000-0000-0000-0000-000000000001","api_key_id":null,"scopes":["tools:read","tools:write","api-keys:write","audit:read"]}','Write it','succeeded',2,NULL,NULL,0,0,0,0,0,'The tool said {"done":"hello"}',NULL,NULL,22,10,0,0,1795893252034882,1795893252163523,1795893252163523,NULL);
INSERT INTO runs VALUES(X'01a223945015735c92103325ddabdd11',X'00000000000000000000000000000001',X'01a223944f27701c874241f8a2c1db13',1,'01a22394-5016-76cf-bd9d-7d0361fafe3e','01a22394-5014-74d9-b076-30e21769904b','{"user_id":"00000000-0000-0000-0000-000000000001","api_key_id":null,"scopes":["tools:read","tools:write","api-keys:write","audit:read"]}','Write it','succeeded',2,NULL,NULL,0,0,0,0,0,'The tool said {"done":"edited"}',NULL,NULL,22,10,0,0,1795893252118391,1795893252246388,1795893252246388,NULL);
INSERT INTO runs VALUES(X'01a22394506671a6947575753f7e726d',X'00000000000000000000000000000001',X'01a223944f27701c874241f8a2c1db13',1,'01a22394-5067-7313-9208-d7220f798770','01a22394-5065-7247-8c27-714a18742588','{"user_id":"00000000-0000-0000-0000-000000000001","api_key_id":null,"scopes":["tools:read","tools:write","api-keys:write","audit:read"]}','Write it','succeeded',2,NULL,NULL,0,0,0,0,0,'The tool said Error: a human rejected this call: no',NULL,NULL,22,10,0,0,1795893252199194,1795893252324014,1795893252324014,NULL);
INSERT INTO runs VALUES(X'01a2239450c4752aa6364378aaa68caf',X'00000000000000000000000000000001',X'01a223944f27701c874241f8a2c1db13',1,'01a22394-50c5-7746-8a8f-2ae6b59bcd50','01a22394-50c3-70d2-806a-15a14e197d95','{"user_id":"00000000-0000-0000-0000-000000000001","api_key_id":null,"scopes":["tools:read","tools:write","api-keys:write","audit:read"]}','Write it','waiting_for_approval',1,NULL,NULL,0,0,1,0,0,NULL,NULL,NULL,11,5,0,0,1795893252293037,1795893252330813,NULL,NULL);
INSERT INTO runs VALUES(X'01a2239450f272dd9acb0c25cb5de9b0',X'00000000000000000000000000000001',X'01a223944f27701c874241f8a2c1db13',1,'01a22394-50f2-72dd-9acb-0c2676b216c6','01a22394-50f1-71ce-b586-a437caf293ec','{"user_id":"00000000-0000-0000-0000-000000000001","api_key_id":null,"scopes":["tools:read","tools:write","api-keys:write","audit:read"]}','Write it','cancelled',2,NULL,NULL,0,1,0,0,0,NULL,'cancelled','cancelled',11,5,0,0,1795893252338788,1795893252454144,1795893252454144,NULL);
INSERT INTO runs VALUES(X'01a223945143742b9997a59496522472',X'00000000000000000000000000000001',X'01a223944f27701c874241f8a2c1db13',1,'two-runs','01a22394-5143-742b-9997-a5936423bbe0','{"user_id":"00000000-0000-0000-0000-000000000001","api_key_id":null,"scopes":["tools:read","tools:write","api-keys:write","audit:read"]}','hello','succeeded',1,NULL,NULL,0,0,0,0,0,'hello',NULL,NULL,11,5,0,0,1795893252427058,1795893252507353,1795893252507353,NULL);
INSERT INTO runs VALUES(X'01a2239451ef71129886568d06500b84',X'00000000000000000000000000000001',X'f364adfa096057eebead9534213ec2b8',1,'2116a30f-51f4-4e51-ba10-c6f4cebeaa41','01a22394-51e8-76f4-bd09-d94fb133fb3d','{"user_id":"00000000-0000-0000-0000-000000000001","api_key_id":null,"scopes":["api:read","api:write"]}','hello','succeeded',1,NULL,NULL,0,0,0,0,0,'hello',NULL,NULL,22,10,0,0,1795893252591523,1795893252669112,1795893252669112,'{"client_tools":["read_file","write_file","list_files","create_directory","execute_command","search_in_code"],"plans":true}');
INSERT INTO runs VALUES(X'01a2239452437762833528321346ff96',X'00000000000000000000000000000001',X'f364adfa096057eebead9534213ec2b8',1,'2116a30f-51f4-4e51-ba10-c6f4cebeaa41','01a22394-523f-754c-b85b-e714da8a92ed','{"user_id":"00000000-0000-0000-0000-000000000001","api_key_id":null,"scopes":["api:read","api:write"]}','Read the file','succeeded',2,NULL,NULL,0,0,0,0,0,'The tool said {"content":"hi"}',NULL,NULL,33,15,0,0,1795893252675390,1795893252747408,1795893252747408,'{"client_tools":["read_file","write_file","list_files","create_directory","execute_command","search_in_code"],"plans":true}');
INSERT INTO runs VALUES(X'01a22394529a70308f8df637b05c2b71',X'00000000000000000000000000000001',X'f364adfa096057eebead9534213ec2b8',1,'2116a30f-51f4-4e51-ba10-c6f4cebeaa41','01a22394-5298-74f6-a911-41e0522cff63','{"user_id":"00000000-0000-0000-0000-000000000001","api_key_id":null,"scopes":["api:read","api:write"]}','Hand over','succeeded',1,NULL,NULL,0,0,0,0,0,'The tool said Switched to ask agent',NULL,NULL,33,15,0,0,1795893252763044,1795893252796423,1795893252796423,'{"client_tools":["read_file","write_file","list_files","create_directory","execute_command","search_in_code"],"plans":true}');
INSERT INTO runs VALUES(X'01a2239452c77323aefdff26268e9b24',X'00000000000000000000000000000001',X'f364adfa096057eebead9534213ec2b8',1,'b546f529-4b08-4f96-97ef-0cbca7ebd5b4','01a22394-52c2-7651-abda-309c12814ab5','{"user_id":"00000000-0000-0000-0000-000000000001","api_key_id":null,"scopes":["api:read","api:write"]}','Read the file','waiting_for_approval',1,NULL,NULL,0,0,1,0,0,NULL,NULL,NULL,22,10,0,0,1795893252811683,1795893252829122,NULL,'{"client_tools":["read_file","write_file","list_files","create_directory","execute_command","search_in_code"],"plans":true}');
INSERT INTO runs VALUES(X'01a2239452f776c782a3c14230417d96',X'00000000000000000000000000000001',X'f364adfa096057eebead9534213ec2b8',1,'9bb3b4a3-6ccc-4b2b-b90d-5ca3694904d0','01a22394-52e9-77cb-9490-addb69534bcf','{"user_id":"00000000-0000-0000-0000-000000000001","api_key_id":null,"scopes":["api:read","api:write"]}','','succeeded',1,NULL,NULL,0,0,0,0,0,'',NULL,NULL,NULL,NULL,NULL,NULL,1795893252855996,1795893252860949,1795893252860949,'{"switch_to":"architect","reason":"User requested agent switch","client_tools":["read_file","write_file","list_files","create_directory","execute_command","search_in_code"],"plans":true}');
INSERT INTO runs VALUES(X'01a22394530073ce9213677f9fed34b8',X'00000000000000000000000000000001',X'f364adfa096057eebead9534213ec2b8',1,'9bb3b4a3-6ccc-4b2b-b90d-5ca3694904d0','01a22394-52ff-710b-b935-8c2844aa6582','{"user_id":"00000000-0000-0000-0000-000000000001","api_key_id":null,"scopes":["api:read","api:write"]}','Plan it','succeeded',2,NULL,NULL,0,0,0,0,0,replace('A greeting\n\n1. Look\ndone: Subtask 1 of 2: Look\n\n2. Write\ndone: Subtask 2 of 2: Write','\n',char(10)),NULL,NULL,44,20,0,0,1795893252864857,1795893252913263,1795893252913263,'{"client_tools":["read_file","write_file","list_files","create_directory","execute_command","search_in_code"],"plans":true}');
INSERT INTO runs VALUES(X'01a22394533f70559719a61e3501c8bf',X'00000000000000000000000000000001',X'f364adfa096057eebead9534213ec2b8',1,'a7a5b76e-c9b1-4cad-a73c-5a0055404e84','01a22394-533d-71ef-a640-b6f47d0ac216','{"user_id":"00000000-0000-0000-0000-000000000001","api_key_id":null,"scopes":["api:read","api:write"]}','','succeeded',1,NULL,NULL,0,0,0,0,0,'',NULL,NULL,NULL,NULL,NULL,NULL,1795893252927463,1795893252939259,1795893252939259,'{"switch_to":"architect","reason":"User requested agent switch","client_tools":["read_file","write_file","list_files","create_directory","execute_command","search_in_code"],"plans":true}');
INSERT INTO runs VALUES(X'01a223945357735cabf1ab65502d0c69',X'00000000000000000000000000000001',X'f364adfa096057eebead9534213ec2b8',1,'a7a5b76e-c9b1-4cad-a73c-5a0055404e84','01a22394-5353-75b4-b67c-bb25d371b141','{"user_id":"00000000-0000-0000-0000-000000000001","api_key_id":null,"scopes":["api:read","api:write"]}','Plan it','waiting_for_approval',1,NULL,NULL,0,0,1,0,0,NULL,NULL,NULL,11,5,0,0,1795893252952085,1795893252962518,NULL,'{"client_tools":["read_file","write_file","list_files","create_directory","execute_command","search_in_code"],"plans":true}');
INSERT INTO runs VALUES(X'01a22394536c71eaa3b349a0624f23ef',X'00000000000000000000000000000001',X'f364adfa096057eebead9534213ec2b8',1,'8e1415ab-471a-43c4-af2b-dcd7d1218d11','01a22394-536b-7007-bf3d-374ec24682c5','{"user_id":"00000000-0000-0000-0000-000000000001","api_key_id":null,"scopes":["api:read","api:write"]}','Read the file','cancelled',2,NULL,NULL,0,0,0,0,0,NULL,'superseded','the conversation went on before this run was over',22,10,0,0,1795893252972961,1795893253024592,1795893253024592,'{"client_tools":["read_file","write_file","list_files","create_directory","execute_command","search_in_code"],"plans":true}');
INSERT INTO runs VALUES(X'01a22394537f7419b70062f894062bcd',X'00000000000000000000000000000001',X'f364adfa096057eebead9534213ec2b8',1,'8e1415ab-471a-43c4-af2b-dcd7d1218d11','01a22394-537d-759f-a6d5-67ca49e16642','{"user_id":"00000000-0000-0000-0000-000000000001","api_key_id":null,"scopes":["api:read","api:write"]}','hello','succeeded',1,NULL,NULL,0,0,0,0,0,'hello',NULL,NULL,22,10,0,0,1795893252991793,1795893253067878,1795893253067878,'{"client_tools":["read_file","write_file","list_files","create_directory","execute_command","search_in_code"],"plans":true}');
INSERT INTO runs VALUES(X'01a2239453dc76bf87bad13dc8a1896a',X'00000000000000000000000000000001',X'01a223944f27701c874241f8a2c1db13',1,'01a22394-53dd-76f9-910a-190bf8277ac2','01a22394-53db-7452-a126-32babbc53642','{"user_id":"00000000-0000-0000-0000-000000000001","api_key_id":null,"scopes":["tools:read","tools:write","api-keys:write","audit:read"]}','Fail','failed',1,NULL,NULL,0,0,0,0,0,NULL,'model_rejected','the model provider refused the request: openai: it answered 400: no explanation',NULL,NULL,NULL,NULL,1795893253085277,1795893253113386,1795893253113386,NULL);
INSERT INTO runs VALUES(X'01a22394540074b691db5e601c0c503b',X'00000000000000000000000000000001',X'01a223944f27701c874241f8a2c1db13',1,'01a22394-5401-77d7-9af1-f1c526825f22','01a22394-53ff-751f-af88-dd5024b6d1f0','{"user_id":"00000000-0000-0000-0000-000000000001","api_key_id":null,"scopes":["tools:read","tools:write","api-keys:write","audit:read"]}','Talk','running',1,'vm/01a22394-4ef8-739f-b33b-bc86db5efd53',1795893256531000,0,0,1,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,1795893253121149,1795893254429098,NULL,NULL);
CREATE TABLE journal (
    tenant_id  BLOB    NOT NULL,
    session_id TEXT    NOT NULL,
    seq        INTEGER NOT NULL,
    run_id     BLOB    NOT NULL,
    kind       TEXT    NOT NULL,
    payload    TEXT    NOT NULL,
    epoch      INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, session_id, seq)
) STRICT, WITHOUT ROWID;
INSERT INTO journal VALUES(X'00000000000000000000000000000001','01a22394-4fc2-77fd-b4bc-a24eae59581c',1,X'01a223944fb071f791ab8874f5cfa4c1','run_started','{"kind":"run_started","agent_id":"01a22394-4f27-701c-8742-41f8a2c1db13","agent_version":1,"trace_id":"01a22394-4faf-737b-9bdc-bceb1904ed06","input":"Write it"}',1,1795893252057888);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','01a22394-4fc2-77fd-b4bc-a24eae59581c',2,X'01a223944fb071f791ab8874f5cfa4c1','model_requested','{"kind":"model_requested","step":1}',1,1795893252057896);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','01a22394-4fc2-77fd-b4bc-a24eae59581c',3,X'01a223944fb071f791ab8874f5cfa4c1','model_answered','{"kind":"model_answered","step":1,"text":"","finish":"tool_calls","usage":{"prompt_tokens":11,"completion_tokens":5,"cached_tokens":0,"reasoning_tokens":0},"planned":1}',1,1795893252076225);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','01a22394-4fc2-77fd-b4bc-a24eae59581c',4,X'01a223944fb071f791ab8874f5cfa4c1','tool_planned','{"kind":"tool_planned","call_id":"63194872-6f78-592d-867a-cad460b8d106","step":1,"ordinal":0,"provider_call_id":"call_1","offered_name":"write_file","name":"write_file","tool_id":"01a22394-4f88-7136-a0d0-ec0359a74c77","args":{"text":"hello"},"effect":"idempotent","verdict":{"verdict":"ask","reason":"a human decides about calls of ''write_file''"}}',1,1795893252076270);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','01a22394-4fc2-77fd-b4bc-a24eae59581c',5,X'01a223944fb071f791ab8874f5cfa4c1','approval_requested','{"kind":"approval_requested","approval_id":"c8af6328-5661-55b2-9bfa-269f6be154b7","call_id":"63194872-6f78-592d-867a-cad460b8d106","name":"write_file","args":{"text":"hello"},"args_digest":"cbbbdcd27692344de5dbab3abcaba413fb0f45307267de7081401576df1cb176","reason":"a human decides about calls of ''write_file''"}',1,1795893252076272);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','01a22394-4fc2-77fd-b4bc-a24eae59581c',1025,X'01a223944fb071f791ab8874f5cfa4c1','approval_decided','{"kind":"approval_decided","approval_id":"c8af6328-5661-55b2-9bfa-269f6be154b7","call_id":"63194872-6f78-592d-867a-cad460b8d106","decision":"approve","args":null,"feedback":null}',2,1795893252133208);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','01a22394-4fc2-77fd-b4bc-a24eae59581c',1026,X'01a223944fb071f791ab8874f5cfa4c1','tool_dispatched','{"kind":"tool_dispatched","call_id":"63194872-6f78-592d-867a-cad460b8d106","attempt":1}',2,1795893252133214);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','01a22394-4fc2-77fd-b4bc-a24eae59581c',1027,X'01a223944fb071f791ab8874f5cfa4c1','tool_finished','{"kind":"tool_finished","call_id":"63194872-6f78-592d-867a-cad460b8d106","name":"write_file","outcome":{"status":"succeeded","output":{"done":"hello"}},"attempts":1,"duration_ms":2,"request":{"method":"POST","url":"http://127.0.0.1:18098/work","headers":{"accept":"application/json, text/plain;q=0.9, */*;q=0.8","accept-encoding":"identity","content-type":"application/json","traceparent":"00-01a223944faf737b9bdcbceb1904ed06-631948726f78592d-01","user-agent":"artel/0.1.0","x-idempotency-key":"63194872-6f78-592d-867a-cad460b8d106","x-tenant-id":"00000000-0000-0000-0000-000000000001","x-trace-id":"01a22394-4faf-737b-9bdc-bceb1904ed06","x-user-id":"00000000-0000-0000-0000-000000000001"}}}',2,1795893252154125);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','01a22394-4fc2-77fd-b4bc-a24eae59581c',1028,X'01a223944fb071f791ab8874f5cfa4c1','model_requested','{"kind":"model_requested","step":2}',2,1795893252154133);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','01a22394-4fc2-77fd-b4bc-a24eae59581c',1029,X'01a223944fb071f791ab8874f5cfa4c1','delta','{"kind":"delta","step":2,"text":"The tool said {\"done\":\"hello\"}"}',2,1795893252163462);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','01a22394-4fc2-77fd-b4bc-a24eae59581c',1030,X'01a223944fb071f791ab8874f5cfa4c1','model_answered','{"kind":"model_answered","step":2,"text":"The tool said {\"done\":\"hello\"}","finish":"stop","usage":{"prompt_tokens":11,"completion_tokens":5,"cached_tokens":0,"reasoning_tokens":0},"planned":0}',2,1795893252163502);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','01a22394-4fc2-77fd-b4bc-a24eae59581c',1031,X'01a223944fb071f791ab8874f5cfa4c1','run_succeeded','{"kind":"run_succeeded","output":"The tool said {\"done\":\"hello\"}","usage":{"prompt_tokens":22,"completion_tokens":10,"cached_tokens":0,"reasoning_tokens":0}}',2,1795893252163503);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','01a22394-5016-76cf-bd9d-7d0361fafe3e',1,X'01a223945015735c92103325ddabdd11','run_started','{"kind":"run_started","agent_id":"01a22394-4f27-701c-8742-41f8a2c1db13","agent_version":1,"trace_id":"01a22394-5014-74d9-b076-30e21769904b","input":"Write it"}',1,1795893252156171);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','01a22394-5016-76cf-bd9d-7d0361fafe3e',2,X'01a223945015735c92103325ddabdd11','model_requested','{"kind":"model_requested","step":1}',1,1795893252156177);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','01a22394-5016-76cf-bd9d-7d0361fafe3e',3,X'01a223945015735c92103325ddabdd11','model_answered','{"kind":"model_answered","step":1,"text":"","finish":"tool_calls","usage":{"prompt_tokens":11,"completion_tokens":5,"cached_tokens":0,"reasoning_tokens":0},"planned":1}',1,1795893252167996);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','01a22394-5016-76cf-bd9d-7d0361fafe3e',4,X'01a223945015735c92103325ddabdd11','tool_planned','{"kind":"tool_planned","call_id":"9bc21a9e-3cfa-5aca-8317-ee88106bbef0","step":1,"ordinal":0,"provider_call_id":"call_1","offered_name":"write_file","name":"write_file","tool_id":"01a22394-4f88-7136-a0d0-ec0359a74c77","args":{"text":"hello"},"effect":"idempotent","verdict":{"verdict":"ask","reason":"a human decides about calls of ''write_file''"}}',1,1795893252168029);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','01a22394-5016-76cf-bd9d-7d0361fafe3e',5,X'01a223945015735c92103325ddabdd11','approval_requested','{"kind":"approval_requested","approval_id":"22c24183-598e-5b5a-8045-e9ae60a74fe8","call_id":"9bc21a9e-3cfa-5aca-8317-ee88106bbef0","name":"write_file","args":{"text":"hello"},"args_digest":"cbbbdcd27692344de5dbab3abcaba413fb0f45307267de7081401576df1cb176","reason":"a human decides about calls of ''write_file''"}',1,1795893252168031);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','01a22394-5016-76cf-bd9d-7d0361fafe3e',1025,X'01a223945015735c92103325ddabdd11','approval_decided','{"kind":"approval_decided","approval_id":"22c24183-598e-5b5a-8045-e9ae60a74fe8","call_id":"9bc21a9e-3cfa-5aca-8317-ee88106bbef0","decision":"edit","args":{"text":"edited"},"feedback":"better"}',2,1795893252203670);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','01a22394-5016-76cf-bd9d-7d0361fafe3e',1026,X'01a223945015735c92103325ddabdd11','tool_dispatched','{"kind":"tool_dispatched","call_id":"9bc21a9e-3cfa-5aca-8317-ee88106bbef0","attempt":1}',2,1795893252203675);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','01a22394-5016-76cf-bd9d-7d0361fafe3e',1027,X'01a223945015735c92103325ddabdd11','tool_finished','{"kind":"tool_finished","call_id":"9bc21a9e-3cfa-5aca-8317-ee88106bbef0","name":"write_file","outcome":{"status":"succeeded","output":{"done":"edited"}},"attempts":1,"duration_ms":3,"request":{"method":"POST","url":"http://127.0.0.1:18098/work","headers":{"accept":"application/json, text/plain;q=0.9, */*;q=0.8","accept-encoding":"identity","content-type":"application/json","traceparent":"00-01a22394501474d9b07630e21769904b-9bc21a9e3cfa5aca-01","user-agent":"artel/0.1.0","x-idempotency-key":"9bc21a9e-3cfa-5aca-8317-ee88106bbef0","x-tenant-id":"00000000-0000-0000-0000-000000000001","x-trace-id":"01a22394-5014-74d9-b076-30e21769904b","x-user-id":"00000000-0000-0000-0000-000000000001"}}}',2,1795893252223211);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','01a22394-5016-76cf-bd9d-7d0361fafe3e',1028,X'01a223945015735c92103325ddabdd11','model_requested','{"kind":"model_requested","step":2}',2,1795893252223216);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','01a22394-5016-76cf-bd9d-7d0361fafe3e',1029,X'01a223945015735c92103325ddabdd11','delta','{"kind":"delta","step":2,"text":"The tool said {\"done\":\"edited\"}"}',2,1795893252246324);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','01a22394-5016-76cf-bd9d-7d0361fafe3e',1030,X'01a223945015735c92103325ddabdd11','model_answered','{"kind":"model_answered","step":2,"text":"The tool said {\"done\":\"edited\"}","finish":"stop","usage":{"prompt_tokens":11,"completion_tokens":5,"cached_tokens":0,"reasoning_tokens":0},"planned":0}',2,1795893252246367);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','01a22394-5016-76cf-bd9d-7d0361fafe3e',1031,X'01a223945015735c92103325ddabdd11','run_succeeded','{"kind":"run_succeeded","output":"The tool said {\"done\":\"edited\"}","usage":{"prompt_tokens":22,"completion_tokens":10,"cached_tokens":0,"reasoning_tokens":0}}',2,1795893252246368);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','01a22394-5067-7313-9208-d7220f798770',1,X'01a22394506671a6947575753f7e726d','run_started','{"kind":"run_started","agent_id":"01a22394-4f27-701c-8742-41f8a2c1db13","agent_version":1,"trace_id":"01a22394-5065-7247-8c27-714a18742588","input":"Write it"}',1,1795893252220615);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','01a22394-5067-7313-9208-d7220f798770',2,X'01a22394506671a6947575753f7e726d','model_requested','{"kind":"model_requested","step":1}',1,1795893252220621);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','01a22394-5067-7313-9208-d7220f798770',3,X'01a22394506671a6947575753f7e726d','model_answered','{"kind":"model_answered","step":1,"text":"","finish":"tool_calls","usage":{"prompt_tokens":11,"completion_tokens":5,"cached_tokens":0,"reasoning_tokens":0},"planned":1}',1,1795893252247398);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','01a22394-5067-7313-9208-d7220f798770',4,X'01a22394506671a6947575753f7e726d','tool_planned','{"kind":"tool_planned","call_id":"384f31f7-1e8e-5b12-87fd-79f60295862a","step":1,"ordinal":0,"provider_call_id":"call_1","offered_name":"write_file","name":"write_file","tool_id":"01a22394-4f88-7136-a0d0-ec0359a74c77","args":{"text":"hello"},"effect":"idempotent","verdict":{"verdict":"ask","reason":"a human decides about calls of ''write_file''"}}',1,1795893252247440);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','01a22394-5067-7313-9208-d7220f798770',5,X'01a22394506671a6947575753f7e726d','approval_requested','{"kind":"approval_requested","approval_id":"80cb6400-fd39-5527-832d-5e7bba7489c4","call_id":"384f31f7-1e8e-5b12-87fd-79f60295862a","name":"write_file","args":{"text":"hello"},"args_digest":"cbbbdcd27692344de5dbab3abcaba413fb0f45307267de7081401576df1cb176","reason":"a human decides about calls of ''write_file''"}',1,1795893252247442);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','01a22394-5067-7313-9208-d7220f798770',1025,X'01a22394506671a6947575753f7e726d','approval_decided','{"kind":"approval_decided","approval_id":"80cb6400-fd39-5527-832d-5e7bba7489c4","call_id":"384f31f7-1e8e-5b12-87fd-79f60295862a","decision":"reject","args":null,"feedback":"no"}',2,1795893252305238);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','01a22394-5067-7313-9208-d7220f798770',1026,X'01a22394506671a6947575753f7e726d','tool_finished','{"kind":"tool_finished","call_id":"384f31f7-1e8e-5b12-87fd-79f60295862a","name":"write_file","outcome":{"status":"failed","error":"a human rejected this call: no"},"attempts":0,"duration_ms":0}',2,1795893252305250);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','01a22394-5067-7313-9208-d7220f798770',1027,X'01a22394506671a6947575753f7e726d','model_requested','{"kind":"model_requested","step":2}',2,1795893252305251);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','01a22394-5067-7313-9208-d7220f798770',1028,X'01a22394506671a6947575753f7e726d','delta','{"kind":"delta","step":2,"text":"The tool said Error: a human rejected this call: no"}',2,1795893252323946);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','01a22394-5067-7313-9208-d7220f798770',1029,X'01a22394506671a6947575753f7e726d','model_answered','{"kind":"model_answered","step":2,"text":"The tool said Error: a human rejected this call: no","finish":"stop","usage":{"prompt_tokens":11,"completion_tokens":5,"cached_tokens":0,"reasoning_tokens":0},"planned":0}',2,1795893252323995);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','01a22394-5067-7313-9208-d7220f798770',1030,X'01a22394506671a6947575753f7e726d','run_succeeded','{"kind":"run_succeeded","output":"The tool said Error: a human rejected this call: no","usage":{"prompt_tokens":22,"completion_tokens":10,"cached_tokens":0,"reasoning_tokens":0}}',2,1795893252323996);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','01a22394-50c5-7746-8a8f-2ae6b59bcd50',1,X'01a2239450c4752aa6364378aaa68caf','run_started','{"kind":"run_started","agent_id":"01a22394-4f27-701c-8742-41f8a2c1db13","agent_version":1,"trace_id":"01a22394-50c3-70d2-806a-15a14e197d95","input":"Write it"}',1,1795893252308734);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','01a22394-50c5-7746-8a8f-2ae6b59bcd50',2,X'01a2239450c4752aa6364378aaa68caf','model_requested','{"kind":"model_requested","step":1}',1,1795893252308738);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','01a22394-50c5-7746-8a8f-2ae6b59bcd50',3,X'01a2239450c4752aa6364378aaa68caf','model_answered','{"kind":"model_answered","step":1,"text":"","finish":"tool_calls","usage":{"prompt_tokens":11,"completion_tokens":5,"cached_tokens":0,"reasoning_tokens":0},"planned":1}',1,1795893252326628);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','01a22394-50c5-7746-8a8f-2ae6b59bcd50',4,X'01a2239450c4752aa6364378aaa68caf','tool_planned','{"kind":"tool_planned","call_id":"d504d44f-5083-5120-8c1a-36df87926a58","step":1,"ordinal":0,"provider_call_id":"call_1","offered_name":"write_file","name":"write_file","tool_id":"01a22394-4f88-7136-a0d0-ec0359a74c77","args":{"text":"hello"},"effect":"idempotent","verdict":{"verdict":"ask","reason":"a human decides about calls of ''write_file''"}}',1,1795893252326655);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','01a22394-50c5-7746-8a8f-2ae6b59bcd50',5,X'01a2239450c4752aa6364378aaa68caf','approval_requested','{"kind":"approval_requested","approval_id":"6a94ec2c-e390-507b-8020-b3f7795a4402","call_id":"d504d44f-5083-5120-8c1a-36df87926a58","name":"write_file","args":{"text":"hello"},"args_digest":"cbbbdcd27692344de5dbab3abcaba413fb0f45307267de7081401576df1cb176","reason":"a human decides about calls of ''write_file''"}',1,1795893252326657);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','01a22394-50f2-72dd-9acb-0c2676b216c6',1,X'01a2239450f272dd9acb0c25cb5de9b0','run_started','{"kind":"run_started","agent_id":"01a22394-4f27-701c-8742-41f8a2c1db13","agent_version":1,"trace_id":"01a22394-50f1-71ce-b586-a437caf293ec","input":"Write it"}',1,1795893252388774);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','01a22394-50f2-72dd-9acb-0c2676b216c6',2,X'01a2239450f272dd9acb0c25cb5de9b0','model_requested','{"kind":"model_requested","step":1}',1,1795893252388781);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','01a22394-50f2-72dd-9acb-0c2676b216c6',3,X'01a2239450f272dd9acb0c25cb5de9b0','model_answered','{"kind":"model_answered","step":1,"text":"","finish":"tool_calls","usage":{"prompt_tokens":11,"completion_tokens":5,"cached_tokens":0,"reasoning_tokens":0},"planned":1}',1,1795893252393662);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','01a22394-50f2-72dd-9acb-0c2676b216c6',4,X'01a2239450f272dd9acb0c25cb5de9b0','tool_planned','{"kind":"tool_planned","call_id":"c614388d-6ff0-5d5f-88a2-a50126672620","step":1,"ordinal":0,"provider_call_id":"call_1","offered_name":"write_file","name":"write_file","tool_id":"01a22394-4f88-7136-a0d0-ec0359a74c77","args":{"text":"hello"},"effect":"idempotent","verdict":{"verdict":"ask","reason":"a human decides about calls of ''write_file''"}}',1,1795893252393700);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','01a22394-50f2-72dd-9acb-0c2676b216c6',5,X'01a2239450f272dd9acb0c25cb5de9b0','approval_requested','{"kind":"approval_requested","approval_id":"9259c74c-9aaa-566e-bbd2-85ff430a4737","call_id":"c614388d-6ff0-5d5f-88a2-a50126672620","name":"write_file","args":{"text":"hello"},"args_digest":"cbbbdcd27692344de5dbab3abcaba413fb0f45307267de7081401576df1cb176","reason":"a human decides about calls of ''write_file''"}',1,1795893252393703);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','01a22394-50f2-72dd-9acb-0c2676b216c6',1025,X'01a2239450f272dd9acb0c25cb5de9b0','cancel_requested','{"kind":"cancel_requested"}',2,1795893252454100);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','01a22394-50f2-72dd-9acb-0c2676b216c6',1026,X'01a2239450f272dd9acb0c25cb5de9b0','tool_finished','{"kind":"tool_finished","call_id":"c614388d-6ff0-5d5f-88a2-a50126672620","name":"write_file","outcome":{"status":"failed","error":"the run was cancelled before this call was made"},"attempts":0,"duration_ms":0}',2,1795893252454115);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','01a22394-50f2-72dd-9acb-0c2676b216c6',1027,X'01a2239450f272dd9acb0c25cb5de9b0','run_failed','{"kind":"run_failed","code":"cancelled","message":"cancelled","usage":{"prompt_tokens":11,"completion_tokens":5,"cached_tokens":0,"reasoning_tokens":0}}',2,1795893252454115);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','01a22394-53dd-76f9-910a-190bf8277ac2',1,X'01a2239453dc76bf87bad13dc8a1896a','run_started','{"kind":"run_started","agent_id":"01a22394-4f27-701c-8742-41f8a2c1db13","agent_version":1,"trace_id":"01a22394-53db-7452-a126-32babbc53642","input":"Fail"}',1,1795893253109037);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','01a22394-53dd-76f9-910a-190bf8277ac2',2,X'01a2239453dc76bf87bad13dc8a1896a','model_requested','{"kind":"model_requested","step":1}',1,1795893253109046);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','01a22394-53dd-76f9-910a-190bf8277ac2',3,X'01a2239453dc76bf87bad13dc8a1896a','run_failed','{"kind":"run_failed","code":"model_rejected","message":"the model provider refused the request: openai: it answered 400: no explanation","usage":null}',1,1795893253113371);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','01a22394-5401-77d7-9af1-f1c526825f22',1,X'01a22394540074b691db5e601c0c503b','run_started','{"kind":"run_started","agent_id":"01a22394-4f27-701c-8742-41f8a2c1db13","agent_version":1,"trace_id":"01a22394-53ff-751f-af88-dd5024b6d1f0","input":"Talk"}',1,1795893253153828);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','01a22394-5401-77d7-9af1-f1c526825f22',2,X'01a22394540074b691db5e601c0c503b','model_requested','{"kind":"model_requested","step":1}',1,1795893253153836);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','01a22394-5401-77d7-9af1-f1c526825f22',3,X'01a22394540074b691db5e601c0c503b','delta','{"kind":"delta","step":1,"text":"word0 "}',1,1795893253173782);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','01a22394-5401-77d7-9af1-f1c526825f22',4,X'01a22394540074b691db5e601c0c503b','delta','{"kind":"delta","step":1,"text":"word1 "}',1,1795893253425613);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','01a22394-5401-77d7-9af1-f1c526825f22',5,X'01a22394540074b691db5e601c0c503b','delta','{"kind":"delta","step":1,"text":"word2 "}',1,1795893253626052);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','01a22394-5401-77d7-9af1-f1c526825f22',6,X'01a22394540074b691db5e601c0c503b','delta','{"kind":"delta","step":1,"text":"word3 "}',1,1795893253826373);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','01a22394-5401-77d7-9af1-f1c526825f22',7,X'01a22394540074b691db5e601c0c503b','delta','{"kind":"delta","step":1,"text":"word4 "}',1,1795893254026852);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','01a22394-5401-77d7-9af1-f1c526825f22',8,X'01a22394540074b691db5e601c0c503b','delta','{"kind":"delta","step":1,"text":"word5 "}',1,1795893254227683);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','01a22394-5401-77d7-9af1-f1c526825f22',9,X'01a22394540074b691db5e601c0c503b','delta','{"kind":"delta","step":1,"text":"word6 "}',1,1795893254428991);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','2116a30f-51f4-4e51-ba10-c6f4cebeaa41',1,X'01a2239451ef71129886568d06500b84','run_started','{"kind":"run_started","agent_id":"f364adfa-0960-57ee-bead-9534213ec2b8","agent_version":1,"trace_id":"01a22394-51e8-76f4-bd09-d94fb133fb3d","input":"hello","team":{"agent":"orchestrator","route":true,"model":"openai:gpt-4o-mini"}}',1,1795893252644903);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','2116a30f-51f4-4e51-ba10-c6f4cebeaa41',2,X'01a2239451ef71129886568d06500b84','route_requested','{"kind":"route_requested"}',1,1795893252644909);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','2116a30f-51f4-4e51-ba10-c6f4cebeaa41',3,X'01a2239451ef71129886568d06500b84','routed','{"kind":"routed","agent":"coder","confidence":"high","reason":"it is code","by":"model","usage":{"prompt_tokens":11,"completion_tokens":5,"cached_tokens":0,"reasoning_tokens":0}}',1,1795893252661378);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','2116a30f-51f4-4e51-ba10-c6f4cebeaa41',4,X'01a2239451ef71129886568d06500b84','agent_switched','{"kind":"agent_switched","from":"orchestrator","to":"coder","reason":"it is code","confidence":"high","cause":"router"}',1,1795893252661382);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','2116a30f-51f4-4e51-ba10-c6f4cebeaa41',5,X'01a2239451ef71129886568d06500b84','model_requested','{"kind":"model_requested","step":1}',1,1795893252661383);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','2116a30f-51f4-4e51-ba10-c6f4cebeaa41',6,X'01a2239451ef71129886568d06500b84','delta','{"kind":"delta","step":1,"text":"hello"}',1,1795893252669026);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','2116a30f-51f4-4e51-ba10-c6f4cebeaa41',7,X'01a2239451ef71129886568d06500b84','model_answered','{"kind":"model_answered","step":1,"text":"hello","finish":"stop","usage":{"prompt_tokens":11,"completion_tokens":5,"cached_tokens":0,"reasoning_tokens":0},"planned":0}',1,1795893252669089);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','2116a30f-51f4-4e51-ba10-c6f4cebeaa41',8,X'01a2239451ef71129886568d06500b84','run_succeeded','{"kind":"run_succeeded","output":"hello","usage":{"prompt_tokens":22,"completion_tokens":10,"cached_tokens":0,"reasoning_tokens":0}}',1,1795893252669091);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','2116a30f-51f4-4e51-ba10-c6f4cebeaa41',9,X'01a2239452437762833528321346ff96','run_started','{"kind":"run_started","agent_id":"f364adfa-0960-57ee-bead-9534213ec2b8","agent_version":1,"trace_id":"01a22394-523f-754c-b85b-e714da8a92ed","input":"Read the file","team":{"agent":"coder","route":true,"model":"openai:gpt-4o-mini"}}',1,1795893252683128);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','2116a30f-51f4-4e51-ba10-c6f4cebeaa41',10,X'01a2239452437762833528321346ff96','route_requested','{"kind":"route_requested"}',1,1795893252683132);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','2116a30f-51f4-4e51-ba10-c6f4cebeaa41',11,X'01a2239452437762833528321346ff96','routed','{"kind":"routed","agent":"coder","confidence":"high","reason":"it is code","by":"model","usage":{"prompt_tokens":11,"completion_tokens":5,"cached_tokens":0,"reasoning_tokens":0}}',1,1795893252686337);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','2116a30f-51f4-4e51-ba10-c6f4cebeaa41',12,X'01a2239452437762833528321346ff96','model_requested','{"kind":"model_requested","step":1}',1,1795893252686339);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','2116a30f-51f4-4e51-ba10-c6f4cebeaa41',13,X'01a2239452437762833528321346ff96','model_answered','{"kind":"model_answered","step":1,"text":"","finish":"tool_calls","usage":{"prompt_tokens":11,"completion_tokens":5,"cached_tokens":0,"reasoning_tokens":0},"planned":1}',1,1795893252692601);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','2116a30f-51f4-4e51-ba10-c6f4cebeaa41',14,X'01a2239452437762833528321346ff96','tool_planned','{"kind":"tool_planned","call_id":"6782634a-c44a-57a3-b954-6fc0a4ad85f2","step":1,"ordinal":0,"provider_call_id":"call_1","offered_name":"read_file","name":"read_file","tool_id":null,"args":{"path":"hello.txt"},"effect":"read_only","verdict":{"verdict":"allow"},"executor":"client"}',1,1795893252692618);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','2116a30f-51f4-4e51-ba10-c6f4cebeaa41',15,X'01a2239452437762833528321346ff96','tool_dispatched','{"kind":"tool_dispatched","call_id":"6782634a-c44a-57a3-b954-6fc0a4ad85f2","attempt":1}',1,1795893252692620);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','2116a30f-51f4-4e51-ba10-c6f4cebeaa41',1033,X'01a2239452437762833528321346ff96','tool_finished','{"kind":"tool_finished","call_id":"6782634a-c44a-57a3-b954-6fc0a4ad85f2","name":"read_file","outcome":{"status":"succeeded","output":{"content":"hi"}},"attempts":1,"duration_ms":7}',2,1795893252716252);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','2116a30f-51f4-4e51-ba10-c6f4cebeaa41',1034,X'01a2239452437762833528321346ff96','model_requested','{"kind":"model_requested","step":2}',2,1795893252716258);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','2116a30f-51f4-4e51-ba10-c6f4cebeaa41',1035,X'01a2239452437762833528321346ff96','delta','{"kind":"delta","step":2,"text":"The tool said {\"content\":\"hi\"}"}',2,1795893252747336);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','2116a30f-51f4-4e51-ba10-c6f4cebeaa41',1036,X'01a2239452437762833528321346ff96','model_answered','{"kind":"model_answered","step":2,"text":"The tool said {\"content\":\"hi\"}","finish":"stop","usage":{"prompt_tokens":11,"completion_tokens":5,"cached_tokens":0,"reasoning_tokens":0},"planned":0}',2,1795893252747389);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','2116a30f-51f4-4e51-ba10-c6f4cebeaa41',1037,X'01a2239452437762833528321346ff96','run_succeeded','{"kind":"run_succeeded","output":"The tool said {\"content\":\"hi\"}","usage":{"prompt_tokens":33,"completion_tokens":15,"cached_tokens":0,"reasoning_tokens":0}}',2,1795893252747390);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','2116a30f-51f4-4e51-ba10-c6f4cebeaa41',1038,X'01a22394529a70308f8df637b05c2b71','run_started','{"kind":"run_started","agent_id":"f364adfa-0960-57ee-bead-9534213ec2b8","agent_version":1,"trace_id":"01a22394-5298-74f6-a911-41e0522cff63","input":"Hand over","team":{"agent":"coder","route":true,"model":"openai:gpt-4o-mini"}}',1,1795893252781079);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','2116a30f-51f4-4e51-ba10-c6f4cebeaa41',1039,X'01a22394529a70308f8df637b05c2b71','route_requested','{"kind":"route_requested"}',1,1795893252781086);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','2116a30f-51f4-4e51-ba10-c6f4cebeaa41',1040,X'01a22394529a70308f8df637b05c2b71','routed','{"kind":"routed","agent":"coder","confidence":"high","reason":"it is code","by":"model","usage":{"prompt_tokens":11,"completion_tokens":5,"cached_tokens":0,"reasoning_tokens":0}}',1,1795893252785929);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','2116a30f-51f4-4e51-ba10-c6f4cebeaa41',1041,X'01a22394529a70308f8df637b05c2b71','model_requested','{"kind":"model_requested","step":1}',1,1795893252785932);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','2116a30f-51f4-4e51-ba10-c6f4cebeaa41',1042,X'01a22394529a70308f8df637b05c2b71','model_answered','{"kind":"model_answered","step":1,"text":"","finish":"tool_calls","usage":{"prompt_tokens":11,"completion_tokens":5,"cached_tokens":0,"reasoning_tokens":0},"planned":1}',1,1795893252791533);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','2116a30f-51f4-4e51-ba10-c6f4cebeaa41',1043,X'01a22394529a70308f8df637b05c2b71','tool_planned','{"kind":"tool_planned","call_id":"ea59d010-81a4-5afc-9306-109207ff2e88","step":1,"ordinal":0,"provider_call_id":"call_1","offered_name":"switch_mode","name":"switch_mode","tool_id":null,"args":{"mode":"ask","reason":"a question"},"effect":"read_only","verdict":{"verdict":"allow"},"executor":"control"}',1,1795893252791560);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','2116a30f-51f4-4e51-ba10-c6f4cebeaa41',1044,X'01a22394529a70308f8df637b05c2b71','agent_switched','{"kind":"agent_switched","from":"coder","to":"ask","reason":"a question","confidence":null,"cause":"model"}',1,1795893252791561);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','2116a30f-51f4-4e51-ba10-c6f4cebeaa41',1045,X'01a22394529a70308f8df637b05c2b71','tool_finished','{"kind":"tool_finished","call_id":"ea59d010-81a4-5afc-9306-109207ff2e88","name":"switch_mode","outcome":{"status":"succeeded","output":"Switched to ask agent"},"attempts":0,"duration_ms":0}',1,1795893252791569);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','2116a30f-51f4-4e51-ba10-c6f4cebeaa41',1046,X'01a22394529a70308f8df637b05c2b71','model_requested','{"kind":"model_requested","step":2}',1,1795893252791570);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','2116a30f-51f4-4e51-ba10-c6f4cebeaa41',1047,X'01a22394529a70308f8df637b05c2b71','delta','{"kind":"delta","step":2,"text":"The tool said Switched to ask agent"}',1,1795893252796355);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','2116a30f-51f4-4e51-ba10-c6f4cebeaa41',1048,X'01a22394529a70308f8df637b05c2b71','model_answered','{"kind":"model_answered","step":2,"text":"The tool said Switched to ask agent","finish":"stop","usage":{"prompt_tokens":11,"completion_tokens":5,"cached_tokens":0,"reasoning_tokens":0},"planned":0}',1,1795893252796396);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','2116a30f-51f4-4e51-ba10-c6f4cebeaa41',1049,X'01a22394529a70308f8df637b05c2b71','run_succeeded','{"kind":"run_succeeded","output":"The tool said Switched to ask agent","usage":{"prompt_tokens":33,"completion_tokens":15,"cached_tokens":0,"reasoning_tokens":0}}',1,1795893252796409);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','8e1415ab-471a-43c4-af2b-dcd7d1218d11',1,X'01a22394536c71eaa3b349a0624f23ef','run_started','{"kind":"run_started","agent_id":"f364adfa-0960-57ee-bead-9534213ec2b8","agent_version":1,"trace_id":"01a22394-536b-7007-bf3d-374ec24682c5","input":"Read the file","team":{"agent":"orchestrator","route":true,"model":"openai:gpt-4o-mini"}}',1,1795893252976753);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','8e1415ab-471a-43c4-af2b-dcd7d1218d11',2,X'01a22394536c71eaa3b349a0624f23ef','route_requested','{"kind":"route_requested"}',1,1795893252976757);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','8e1415ab-471a-43c4-af2b-dcd7d1218d11',3,X'01a22394536c71eaa3b349a0624f23ef','routed','{"kind":"routed","agent":"coder","confidence":"high","reason":"it is code","by":"model","usage":{"prompt_tokens":11,"completion_tokens":5,"cached_tokens":0,"reasoning_tokens":0}}',1,1795893252980315);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','8e1415ab-471a-43c4-af2b-dcd7d1218d11',4,X'01a22394536c71eaa3b349a0624f23ef','agent_switched','{"kind":"agent_switched","from":"orchestrator","to":"coder","reason":"it is code","confidence":"high","cause":"router"}',1,1795893252980319);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','8e1415ab-471a-43c4-af2b-dcd7d1218d11',5,X'01a22394536c71eaa3b349a0624f23ef','model_requested','{"kind":"model_requested","step":1}',1,1795893252980320);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','8e1415ab-471a-43c4-af2b-dcd7d1218d11',6,X'01a22394536c71eaa3b349a0624f23ef','model_answered','{"kind":"model_answered","step":1,"text":"","finish":"tool_calls","usage":{"prompt_tokens":11,"completion_tokens":5,"cached_tokens":0,"reasoning_tokens":0},"planned":1}',1,1795893252986655);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','8e1415ab-471a-43c4-af2b-dcd7d1218d11',7,X'01a22394536c71eaa3b349a0624f23ef','tool_planned','{"kind":"tool_planned","call_id":"a52b5960-596b-57ec-934e-267a92b6e92c","step":1,"ordinal":0,"provider_call_id":"call_1","offered_name":"read_file","name":"read_file","tool_id":null,"args":{"path":"hello.txt"},"effect":"read_only","verdict":{"verdict":"allow"},"executor":"client"}',1,1795893252986670);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','8e1415ab-471a-43c4-af2b-dcd7d1218d11',8,X'01a22394536c71eaa3b349a0624f23ef','tool_dispatched','{"kind":"tool_dispatched","call_id":"a52b5960-596b-57ec-934e-267a92b6e92c","attempt":1}',1,1795893252986672);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','8e1415ab-471a-43c4-af2b-dcd7d1218d11',1025,X'01a22394536c71eaa3b349a0624f23ef','tool_finished','{"kind":"tool_finished","call_id":"a52b5960-596b-57ec-934e-267a92b6e92c","name":"read_file","outcome":{"status":"failed","error":"superseded: the user went on before this call had a result"},"attempts":1,"duration_ms":0}',2,1795893253024549);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','8e1415ab-471a-43c4-af2b-dcd7d1218d11',1026,X'01a22394536c71eaa3b349a0624f23ef','run_failed','{"kind":"run_failed","code":"superseded","message":"the conversation went on before this run was over","usage":{"prompt_tokens":22,"completion_tokens":10,"cached_tokens":0,"reasoning_tokens":0}}',2,1795893253024559);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','8e1415ab-471a-43c4-af2b-dcd7d1218d11',1027,X'01a22394537f7419b70062f894062bcd','run_started','{"kind":"run_started","agent_id":"f364adfa-0960-57ee-bead-9534213ec2b8","agent_version":1,"trace_id":"01a22394-537d-759f-a6d5-67ca49e16642","input":"hello","team":{"agent":"coder","route":true,"model":"openai:gpt-4o-mini"}}',1,1795893253043445);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','8e1415ab-471a-43c4-af2b-dcd7d1218d11',1028,X'01a22394537f7419b70062f894062bcd','route_requested','{"kind":"route_requested"}',1,1795893253043453);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','8e1415ab-471a-43c4-af2b-dcd7d1218d11',1029,X'01a22394537f7419b70062f894062bcd','routed','{"kind":"routed","agent":"coder","confidence":"high","reason":"it is code","by":"model","usage":{"prompt_tokens":11,"completion_tokens":5,"cached_tokens":0,"reasoning_tokens":0}}',1,1795893253056187);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','8e1415ab-471a-43c4-af2b-dcd7d1218d11',1030,X'01a22394537f7419b70062f894062bcd','model_requested','{"kind":"model_requested","step":1}',1,1795893253056191);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','8e1415ab-471a-43c4-af2b-dcd7d1218d11',1031,X'01a22394537f7419b70062f894062bcd','delta','{"kind":"delta","step":1,"text":"hello"}',1,1795893253067493);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','8e1415ab-471a-43c4-af2b-dcd7d1218d11',1032,X'01a22394537f7419b70062f894062bcd','model_answered','{"kind":"model_answered","step":1,"text":"hello","finish":"stop","usage":{"prompt_tokens":11,"completion_tokens":5,"cached_tokens":0,"reasoning_tokens":0},"planned":0}',1,1795893253067844);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','8e1415ab-471a-43c4-af2b-dcd7d1218d11',1033,X'01a22394537f7419b70062f894062bcd','run_succeeded','{"kind":"run_succeeded","output":"hello","usage":{"prompt_tokens":22,"completion_tokens":10,"cached_tokens":0,"reasoning_tokens":0}}',1,1795893253067849);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','9bb3b4a3-6ccc-4b2b-b90d-5ca3694904d0',1,X'01a2239452f776c782a3c14230417d96','run_started','{"kind":"run_started","agent_id":"f364adfa-0960-57ee-bead-9534213ec2b8","agent_version":1,"trace_id":"01a22394-52e9-77cb-9490-addb69534bcf","input":"","team":{"agent":"orchestrator","route":false,"switch_to":"architect","reason":"User requested agent switch","model":"openai:gpt-4o-mini"}}',1,1795893252860752);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','9bb3b4a3-6ccc-4b2b-b90d-5ca3694904d0',2,X'01a2239452f776c782a3c14230417d96','agent_switched','{"kind":"agent_switched","from":"orchestrator","to":"architect","reason":"User requested agent switch","confidence":null,"cause":"user"}',1,1795893252860757);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','9bb3b4a3-6ccc-4b2b-b90d-5ca3694904d0',3,X'01a2239452f776c782a3c14230417d96','run_succeeded','{"kind":"run_succeeded","output":"","usage":null}',1,1795893252860758);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','9bb3b4a3-6ccc-4b2b-b90d-5ca3694904d0',4,X'01a22394530073ce9213677f9fed34b8','run_started','{"kind":"run_started","agent_id":"f364adfa-0960-57ee-bead-9534213ec2b8","agent_version":1,"trace_id":"01a22394-52ff-710b-b935-8c2844aa6582","input":"Plan it","team":{"agent":"architect","route":false,"model":"openai:gpt-4o-mini"}}',1,1795893252870271);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','9bb3b4a3-6ccc-4b2b-b90d-5ca3694904d0',5,X'01a22394530073ce9213677f9fed34b8','model_requested','{"kind":"model_requested","step":1}',1,1795893252870275);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','9bb3b4a3-6ccc-4b2b-b90d-5ca3694904d0',6,X'01a22394530073ce9213677f9fed34b8','model_answered','{"kind":"model_answered","step":1,"text":"","finish":"tool_calls","usage":{"prompt_tokens":11,"completion_tokens":5,"cached_tokens":0,"reasoning_tokens":0},"planned":1}',1,1795893252877344);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','9bb3b4a3-6ccc-4b2b-b90d-5ca3694904d0',7,X'01a22394530073ce9213677f9fed34b8','tool_planned','{"kind":"tool_planned","call_id":"bf7fed03-7972-5b12-804e-22e11db749e1","step":1,"ordinal":0,"provider_call_id":"call_1","offered_name":"create_plan","name":"create_plan","tool_id":null,"args":{"title":"A greeting","description":"Write it, then look at it","subtasks":[{"title":"Look","description":"Say what is in hello.txt","agent":"ask","estimated_time_minutes":1,"dependencies":[1]},{"title":"Write","description":"Write hello.txt","agent":"coder","estimated_time_minutes":2}]},"effect":"read_only","verdict":{"verdict":"ask","reason":"the plan is carried out when you approve it"},"executor":"control"}',1,1795893252877454);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','9bb3b4a3-6ccc-4b2b-b90d-5ca3694904d0',8,X'01a22394530073ce9213677f9fed34b8','approval_requested','{"kind":"approval_requested","approval_id":"4596504b-820a-5fd3-8952-388c1a004e14","call_id":"bf7fed03-7972-5b12-804e-22e11db749e1","name":"create_plan","args":{"title":"A greeting","description":"Write it, then look at it","subtasks":[{"title":"Look","description":"Say what is in hello.txt","agent":"ask","estimated_time_minutes":1,"dependencies":[1]},{"title":"Write","description":"Write hello.txt","agent":"coder","estimated_time_minutes":2}]},"args_digest":"ebbe4f03f1fdf3028dfd1f61148a408496b59b4ea739cb0059d0b070f739f430","reason":"the plan is carried out when you approve it"}',1,1795893252877457);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','9bb3b4a3-6ccc-4b2b-b90d-5ca3694904d0',1028,X'01a22394530073ce9213677f9fed34b8','approval_decided','{"kind":"approval_decided","approval_id":"4596504b-820a-5fd3-8952-388c1a004e14","call_id":"bf7fed03-7972-5b12-804e-22e11db749e1","decision":"approve","args":null,"feedback":null}',2,1795893252896607);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','9bb3b4a3-6ccc-4b2b-b90d-5ca3694904d0',1029,X'01a22394530073ce9213677f9fed34b8','tool_finished','{"kind":"tool_finished","call_id":"bf7fed03-7972-5b12-804e-22e11db749e1","name":"create_plan","outcome":{"status":"succeeded","output":"The plan is accepted and carried out now, subtask by subtask."},"attempts":0,"duration_ms":0}',2,1795893252896640);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','9bb3b4a3-6ccc-4b2b-b90d-5ca3694904d0',1030,X'01a22394530073ce9213677f9fed34b8','plan_started','{"kind":"plan_started","call_id":"bf7fed03-7972-5b12-804e-22e11db749e1","plan":{"title":"A greeting","description":"Write it, then look at it","subtasks":[{"title":"Look","description":"Say what is in hello.txt","agent":"ask","estimated_time_minutes":1,"dependencies":[1]},{"title":"Write","description":"Write hello.txt","agent":"coder","estimated_time_minutes":2,"dependencies":[]}]}}',2,1795893252896649);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','9bb3b4a3-6ccc-4b2b-b90d-5ca3694904d0',1031,X'01a22394530073ce9213677f9fed34b8','agent_switched','{"kind":"agent_switched","from":"architect","to":"coder","reason":"Write","confidence":null,"cause":"plan"}',2,1795893252896649);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','9bb3b4a3-6ccc-4b2b-b90d-5ca3694904d0',1032,X'01a22394530073ce9213677f9fed34b8','subtask_started','{"kind":"subtask_started","index":1}',2,1795893252896650);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','9bb3b4a3-6ccc-4b2b-b90d-5ca3694904d0',1033,X'01a22394530073ce9213677f9fed34b8','model_requested','{"kind":"model_requested","step":2}',2,1795893252896656);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','9bb3b4a3-6ccc-4b2b-b90d-5ca3694904d0',1034,X'01a22394530073ce9213677f9fed34b8','model_answered','{"kind":"model_answered","step":2,"text":"","finish":"tool_calls","usage":{"prompt_tokens":11,"completion_tokens":5,"cached_tokens":0,"reasoning_tokens":0},"planned":1}',2,1795893252902788);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','9bb3b4a3-6ccc-4b2b-b90d-5ca3694904d0',1035,X'01a22394530073ce9213677f9fed34b8','tool_planned','{"kind":"tool_planned","call_id":"af00dc96-873c-5946-a7f3-03bdc0bd45a8","step":2,"ordinal":0,"provider_call_id":"call_1","offered_name":"read_file","name":"read_file","tool_id":null,"args":{"text":"hello"},"effect":"read_only","verdict":{"verdict":"refuse","reason":"the arguments do not fit the tool''s schema: the arguments do not fit the tool''s schema: \"path\" is a required property"},"executor":"client"}',2,1795893252902802);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','9bb3b4a3-6ccc-4b2b-b90d-5ca3694904d0',1036,X'01a22394530073ce9213677f9fed34b8','tool_finished','{"kind":"tool_finished","call_id":"af00dc96-873c-5946-a7f3-03bdc0bd45a8","name":"read_file","outcome":{"status":"failed","error":"the arguments do not fit the tool''s schema: the arguments do not fit the tool''s schema: \"path\" is a required property"},"attempts":0,"duration_ms":0}',2,1795893252902809);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','9bb3b4a3-6ccc-4b2b-b90d-5ca3694904d0',1037,X'01a22394530073ce9213677f9fed34b8','model_requested','{"kind":"model_requested","step":3}',2,1795893252902810);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','9bb3b4a3-6ccc-4b2b-b90d-5ca3694904d0',1038,X'01a22394530073ce9213677f9fed34b8','delta','{"kind":"delta","step":3,"text":"done: Subtask 2 of 2: Write"}',2,1795893252907782);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','9bb3b4a3-6ccc-4b2b-b90d-5ca3694904d0',1039,X'01a22394530073ce9213677f9fed34b8','model_answered','{"kind":"model_answered","step":3,"text":"done: Subtask 2 of 2: Write","finish":"stop","usage":{"prompt_tokens":11,"completion_tokens":5,"cached_tokens":0,"reasoning_tokens":0},"planned":0}',2,1795893252908402);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','9bb3b4a3-6ccc-4b2b-b90d-5ca3694904d0',1040,X'01a22394530073ce9213677f9fed34b8','subtask_finished','{"kind":"subtask_finished","index":1,"result":"done: Subtask 2 of 2: Write"}',2,1795893252908417);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','9bb3b4a3-6ccc-4b2b-b90d-5ca3694904d0',1041,X'01a22394530073ce9213677f9fed34b8','agent_switched','{"kind":"agent_switched","from":"coder","to":"ask","reason":"Look","confidence":null,"cause":"plan"}',2,1795893252908418);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','9bb3b4a3-6ccc-4b2b-b90d-5ca3694904d0',1042,X'01a22394530073ce9213677f9fed34b8','subtask_started','{"kind":"subtask_started","index":0}',2,1795893252908419);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','9bb3b4a3-6ccc-4b2b-b90d-5ca3694904d0',1043,X'01a22394530073ce9213677f9fed34b8','model_requested','{"kind":"model_requested","step":4}',2,1795893252908420);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','9bb3b4a3-6ccc-4b2b-b90d-5ca3694904d0',1044,X'01a22394530073ce9213677f9fed34b8','delta','{"kind":"delta","step":4,"text":"done: Subtask 1 of 2: Look"}',2,1795893252913183);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','9bb3b4a3-6ccc-4b2b-b90d-5ca3694904d0',1045,X'01a22394530073ce9213677f9fed34b8','model_answered','{"kind":"model_answered","step":4,"text":"done: Subtask 1 of 2: Look","finish":"stop","usage":{"prompt_tokens":11,"completion_tokens":5,"cached_tokens":0,"reasoning_tokens":0},"planned":0}',2,1795893252913224);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','9bb3b4a3-6ccc-4b2b-b90d-5ca3694904d0',1046,X'01a22394530073ce9213677f9fed34b8','subtask_finished','{"kind":"subtask_finished","index":0,"result":"done: Subtask 1 of 2: Look"}',2,1795893252913228);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','9bb3b4a3-6ccc-4b2b-b90d-5ca3694904d0',1047,X'01a22394530073ce9213677f9fed34b8','plan_finished','{"kind":"plan_finished"}',2,1795893252913248);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','9bb3b4a3-6ccc-4b2b-b90d-5ca3694904d0',1048,X'01a22394530073ce9213677f9fed34b8','run_succeeded','{"kind":"run_succeeded","output":"A greeting\n\n1. Look\ndone: Subtask 1 of 2: Look\n\n2. Write\ndone: Subtask 2 of 2: Write","usage":{"prompt_tokens":44,"completion_tokens":20,"cached_tokens":0,"reasoning_tokens":0}}',2,1795893252913249);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','a7a5b76e-c9b1-4cad-a73c-5a0055404e84',1,X'01a22394533f70559719a61e3501c8bf','run_started','{"kind":"run_started","agent_id":"f364adfa-0960-57ee-bead-9534213ec2b8","agent_version":1,"trace_id":"01a22394-533d-71ef-a640-b6f47d0ac216","input":"","team":{"agent":"orchestrator","route":false,"switch_to":"architect","reason":"User requested agent switch","model":"openai:gpt-4o-mini"}}',1,1795893252939095);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','a7a5b76e-c9b1-4cad-a73c-5a0055404e84',2,X'01a22394533f70559719a61e3501c8bf','agent_switched','{"kind":"agent_switched","from":"orchestrator","to":"architect","reason":"User requested agent switch","confidence":null,"cause":"user"}',1,1795893252939100);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','a7a5b76e-c9b1-4cad-a73c-5a0055404e84',3,X'01a22394533f70559719a61e3501c8bf','run_succeeded','{"kind":"run_succeeded","output":"","usage":null}',1,1795893252939101);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','a7a5b76e-c9b1-4cad-a73c-5a0055404e84',4,X'01a223945357735cabf1ab65502d0c69','run_started','{"kind":"run_started","agent_id":"f364adfa-0960-57ee-bead-9534213ec2b8","agent_version":1,"trace_id":"01a22394-5353-75b4-b67c-bb25d371b141","input":"Plan it","team":{"agent":"architect","route":false,"model":"openai:gpt-4o-mini"}}',1,1795893252956467);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','a7a5b76e-c9b1-4cad-a73c-5a0055404e84',5,X'01a223945357735cabf1ab65502d0c69','model_requested','{"kind":"model_requested","step":1}',1,1795893252956471);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','a7a5b76e-c9b1-4cad-a73c-5a0055404e84',6,X'01a223945357735cabf1ab65502d0c69','model_answered','{"kind":"model_answered","step":1,"text":"","finish":"tool_calls","usage":{"prompt_tokens":11,"completion_tokens":5,"cached_tokens":0,"reasoning_tokens":0},"planned":1}',1,1795893252962330);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','a7a5b76e-c9b1-4cad-a73c-5a0055404e84',7,X'01a223945357735cabf1ab65502d0c69','tool_planned','{"kind":"tool_planned","call_id":"5b09cafa-2b24-5de8-aeed-37efc76bff17","step":1,"ordinal":0,"provider_call_id":"call_1","offered_name":"create_plan","name":"create_plan","tool_id":null,"args":{"title":"A greeting","description":"Write it, then look at it","subtasks":[{"title":"Look","description":"Say what is in hello.txt","agent":"ask","estimated_time_minutes":1,"dependencies":[1]},{"title":"Write","description":"Write hello.txt","agent":"coder","estimated_time_minutes":2}]},"effect":"read_only","verdict":{"verdict":"ask","reason":"the plan is carried out when you approve it"},"executor":"control"}',1,1795893252962402);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','a7a5b76e-c9b1-4cad-a73c-5a0055404e84',8,X'01a223945357735cabf1ab65502d0c69','approval_requested','{"kind":"approval_requested","approval_id":"d0f12f36-232a-50af-9525-10550fba97d9","call_id":"5b09cafa-2b24-5de8-aeed-37efc76bff17","name":"create_plan","args":{"title":"A greeting","description":"Write it, then look at it","subtasks":[{"title":"Look","description":"Say what is in hello.txt","agent":"ask","estimated_time_minutes":1,"dependencies":[1]},{"title":"Write","description":"Write hello.txt","agent":"coder","estimated_time_minutes":2}]},"args_digest":"ebbe4f03f1fdf3028dfd1f61148a408496b59b4ea739cb0059d0b070f739f430","reason":"the plan is carried out when you approve it"}',1,1795893252962404);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','b546f529-4b08-4f96-97ef-0cbca7ebd5b4',1,X'01a2239452c77323aefdff26268e9b24','run_started','{"kind":"run_started","agent_id":"f364adfa-0960-57ee-bead-9534213ec2b8","agent_version":1,"trace_id":"01a22394-52c2-7651-abda-309c12814ab5","input":"Read the file","team":{"agent":"orchestrator","route":true,"model":"openai:gpt-4o-mini"}}',1,1795893252819079);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','b546f529-4b08-4f96-97ef-0cbca7ebd5b4',2,X'01a2239452c77323aefdff26268e9b24','route_requested','{"kind":"route_requested"}',1,1795893252819083);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','b546f529-4b08-4f96-97ef-0cbca7ebd5b4',3,X'01a2239452c77323aefdff26268e9b24','routed','{"kind":"routed","agent":"coder","confidence":"high","reason":"it is code","by":"model","usage":{"prompt_tokens":11,"completion_tokens":5,"cached_tokens":0,"reasoning_tokens":0}}',1,1795893252823051);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','b546f529-4b08-4f96-97ef-0cbca7ebd5b4',4,X'01a2239452c77323aefdff26268e9b24','agent_switched','{"kind":"agent_switched","from":"orchestrator","to":"coder","reason":"it is code","confidence":"high","cause":"router"}',1,1795893252823055);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','b546f529-4b08-4f96-97ef-0cbca7ebd5b4',5,X'01a2239452c77323aefdff26268e9b24','model_requested','{"kind":"model_requested","step":1}',1,1795893252823056);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','b546f529-4b08-4f96-97ef-0cbca7ebd5b4',6,X'01a2239452c77323aefdff26268e9b24','model_answered','{"kind":"model_answered","step":1,"text":"","finish":"tool_calls","usage":{"prompt_tokens":11,"completion_tokens":5,"cached_tokens":0,"reasoning_tokens":0},"planned":1}',1,1795893252829064);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','b546f529-4b08-4f96-97ef-0cbca7ebd5b4',7,X'01a2239452c77323aefdff26268e9b24','tool_planned','{"kind":"tool_planned","call_id":"76e91c94-34e9-581a-9568-d093bcff4a46","step":1,"ordinal":0,"provider_call_id":"call_1","offered_name":"read_file","name":"read_file","tool_id":null,"args":{"path":"hello.txt"},"effect":"read_only","verdict":{"verdict":"allow"},"executor":"client"}',1,1795893252829079);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','b546f529-4b08-4f96-97ef-0cbca7ebd5b4',8,X'01a2239452c77323aefdff26268e9b24','tool_dispatched','{"kind":"tool_dispatched","call_id":"76e91c94-34e9-581a-9568-d093bcff4a46","attempt":1}',1,1795893252829081);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','two-runs',1,X'01a223945143742b9997a59496522472','run_started','{"kind":"run_started","agent_id":"01a22394-4f27-701c-8742-41f8a2c1db13","agent_version":1,"trace_id":"01a22394-5143-742b-9997-a5936423bbe0","input":"hello"}',1,1795893252457222);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','two-runs',2,X'01a223945143742b9997a59496522472','model_requested','{"kind":"model_requested","step":1}',1,1795893252457226);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','two-runs',3,X'01a223945143742b9997a59496522472','delta','{"kind":"delta","step":1,"text":"hello"}',1,1795893252507280);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','two-runs',4,X'01a223945143742b9997a59496522472','model_answered','{"kind":"model_answered","step":1,"text":"hello","finish":"stop","usage":{"prompt_tokens":11,"completion_tokens":5,"cached_tokens":0,"reasoning_tokens":0},"planned":0}',1,1795893252507333);
INSERT INTO journal VALUES(X'00000000000000000000000000000001','two-runs',5,X'01a223945143742b9997a59496522472','run_succeeded','{"kind":"run_succeeded","output":"hello","usage":{"prompt_tokens":11,"completion_tokens":5,"cached_tokens":0,"reasoning_tokens":0}}',1,1795893252507335);
CREATE TABLE tool_calls (
    id               BLOB    NOT NULL PRIMARY KEY,
    tenant_id        BLOB    NOT NULL,
    run_id           BLOB    NOT NULL REFERENCES runs (id),
    step             INTEGER NOT NULL,
    ordinal          INTEGER NOT NULL,
    provider_call_id TEXT    NOT NULL,
    tool_id          BLOB,
    name             TEXT    NOT NULL,
    args             TEXT    NOT NULL,
    args_digest      TEXT    NOT NULL,
    effect           TEXT    NOT NULL,
    state            TEXT    NOT NULL,
    attempts         INTEGER NOT NULL,
    result           TEXT,
    error            TEXT,
    duration_ms      INTEGER,
    planned_at       INTEGER NOT NULL,
    dispatched_at    INTEGER,
    finished_at      INTEGER
, executor TEXT NOT NULL DEFAULT 'server') STRICT;
INSERT INTO tool_calls VALUES(X'631948726f78592d867acad460b8d106',X'00000000000000000000000000000001',X'01a223944fb071f791ab8874f5cfa4c1',1,0,'call_1',X'01a223944f887136a0d0ec0359a74c77','write_file','{"text":"hello"}','cbbbdcd27692344de5dbab3abcaba413fb0f45307267de7081401576df1cb176','idempotent','succeeded',1,'{"done":"hello"}',NULL,2,1795893252076270,1795893252133214,1795893252154125,'server');
INSERT INTO tool_calls VALUES(X'9bc21a9e3cfa5aca8317ee88106bbef0',X'00000000000000000000000000000001',X'01a223945015735c92103325ddabdd11',1,0,'call_1',X'01a223944f887136a0d0ec0359a74c77','write_file','{"text":"edited"}','3dbe782d320f5da833d50e5b5b93329e12378b2d3529d45c51b4f4ed315a486c','idempotent','succeeded',1,'{"done":"edited"}',NULL,3,1795893252168029,1795893252203675,1795893252223211,'server');
INSERT INTO tool_calls VALUES(X'384f31f71e8e5b1287fd79f60295862a',X'00000000000000000000000000000001',X'01a22394506671a6947575753f7e726d',1,0,'call_1',X'01a223944f887136a0d0ec0359a74c77','write_file','{"text":"hello"}','cbbbdcd27692344de5dbab3abcaba413fb0f45307267de7081401576df1cb176','idempotent','failed',0,NULL,'a human rejected this call: no',0,1795893252247440,NULL,1795893252305250,'server');
INSERT INTO tool_calls VALUES(X'd504d44f508351208c1a36df87926a58',X'00000000000000000000000000000001',X'01a2239450c4752aa6364378aaa68caf',1,0,'call_1',X'01a223944f887136a0d0ec0359a74c77','write_file','{"text":"hello"}','cbbbdcd27692344de5dbab3abcaba413fb0f45307267de7081401576df1cb176','idempotent','awaiting_approval',0,NULL,NULL,NULL,1795893252326655,NULL,NULL,'server');
INSERT INTO tool_calls VALUES(X'c614388d6ff05d5f88a2a50126672620',X'00000000000000000000000000000001',X'01a2239450f272dd9acb0c25cb5de9b0',1,0,'call_1',X'01a223944f887136a0d0ec0359a74c77','write_file','{"text":"hello"}','cbbbdcd27692344de5dbab3abcaba413fb0f45307267de7081401576df1cb176','idempotent','failed',0,NULL,'the run was cancelled before this call was made',0,1795893252393700,NULL,1795893252454115,'server');
INSERT INTO tool_calls VALUES(X'6782634ac44a57a3b9546fc0a4ad85f2',X'00000000000000000000000000000001',X'01a2239452437762833528321346ff96',1,0,'call_1',NULL,'read_file','{"path":"hello.txt"}','95cd7e2b5e4ff063f6160b07efe87302f68600da8aaa037dbb454ab473ffd81f','read_only','succeeded',1,'{"content":"hi"}',NULL,7,1795893252692618,1795893252692620,1795893252716252,'client');
INSERT INTO tool_calls VALUES(X'ea59d01081a45afc9306109207ff2e88',X'00000000000000000000000000000001',X'01a22394529a70308f8df637b05c2b71',1,0,'call_1',NULL,'switch_mode','{"mode":"ask","reason":"a question"}','072d2d55b2a678c7a1c8df50400a959f3aee14752e15ef55bbf186fd14118d53','read_only','succeeded',0,'"Switched to ask agent"',NULL,0,1795893252791560,NULL,1795893252791569,'control');
INSERT INTO tool_calls VALUES(X'76e91c9434e9581a9568d093bcff4a46',X'00000000000000000000000000000001',X'01a2239452c77323aefdff26268e9b24',1,0,'call_1',NULL,'read_file','{"path":"hello.txt"}','95cd7e2b5e4ff063f6160b07efe87302f68600da8aaa037dbb454ab473ffd81f','read_only','dispatched',1,NULL,NULL,NULL,1795893252829079,1795893252829081,NULL,'client');
INSERT INTO tool_calls VALUES(X'bf7fed0379725b12804e22e11db749e1',X'00000000000000000000000000000001',X'01a22394530073ce9213677f9fed34b8',1,0,'call_1',NULL,'create_plan','{"title":"A greeting","description":"Write it, then look at it","subtasks":[{"title":"Look","description":"Say what is in hello.txt","agent":"ask","estimated_time_minutes":1,"dependencies":[1]},{"title":"Write","description":"Write hello.txt","agent":"coder","estimated_time_minutes":2}]}','ebbe4f03f1fdf3028dfd1f61148a408496b59b4ea739cb0059d0b070f739f430','read_only','succeeded',0,'"The plan is accepted and carried out now, subtask by subtask."',NULL,0,1795893252877454,NULL,1795893252896640,'control');
INSERT INTO tool_calls VALUES(X'af00dc96873c5946a7f303bdc0bd45a8',X'00000000000000000000000000000001',X'01a22394530073ce9213677f9fed34b8',2,0,'call_1',NULL,'read_file','{"text":"hello"}','cbbbdcd27692344de5dbab3abcaba413fb0f45307267de7081401576df1cb176','read_only','failed',0,NULL,'the arguments do not fit the tool''s schema: the arguments do not fit the tool''s schema: "path" is a required property',0,1795893252902802,NULL,1795893252902809,'client');
INSERT INTO tool_calls VALUES(X'5b09cafa2b245de8aeed37efc76bff17',X'00000000000000000000000000000001',X'01a223945357735cabf1ab65502d0c69',1,0,'call_1',NULL,'create_plan','{"title":"A greeting","description":"Write it, then look at it","subtasks":[{"title":"Look","description":"Say what is in hello.txt","agent":"ask","estimated_time_minutes":1,"dependencies":[1]},{"title":"Write","description":"Write hello.txt","agent":"coder","estimated_time_minutes":2}]}','ebbe4f03f1fdf3028dfd1f61148a408496b59b4ea739cb0059d0b070f739f430','read_only','awaiting_approval',0,NULL,NULL,NULL,1795893252962402,NULL,NULL,'control');
INSERT INTO tool_calls VALUES(X'a52b5960596b57ec934e267a92b6e92c',X'00000000000000000000000000000001',X'01a22394536c71eaa3b349a0624f23ef',1,0,'call_1',NULL,'read_file','{"path":"hello.txt"}','95cd7e2b5e4ff063f6160b07efe87302f68600da8aaa037dbb454ab473ffd81f','read_only','failed',1,NULL,'superseded: the user went on before this call had a result',0,1795893252986670,1795893252986672,1795893253024549,'client');
CREATE TABLE approvals (
    id           BLOB    NOT NULL PRIMARY KEY,
    tenant_id    BLOB    NOT NULL,
    session_id   TEXT    NOT NULL,
    run_id       BLOB    NOT NULL REFERENCES runs (id),
    call_id      BLOB    NOT NULL,
    name         TEXT    NOT NULL,
    args         TEXT    NOT NULL,
    args_digest  TEXT    NOT NULL,
    reason       TEXT    NOT NULL,
    state        TEXT    NOT NULL,
    decision     TEXT,
    decided_args TEXT,
    feedback     TEXT,
    decided_by   BLOB,
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER,
    decided_at   INTEGER,
    UNIQUE (tenant_id, session_id, call_id)
) STRICT;
INSERT INTO approvals VALUES(X'c8af6328566155b29bfa269f6be154b7',X'00000000000000000000000000000001','01a22394-4fc2-77fd-b4bc-a24eae59581c',X'01a223944fb071f791ab8874f5cfa4c1',X'631948726f78592d867acad460b8d106','write_file','{"text":"hello"}','cbbbdcd27692344de5dbab3abcaba413fb0f45307267de7081401576df1cb176','a human decides about calls of ''write_file''','approved','approve',NULL,NULL,X'00000000000000000000000000000001',1795893252076272,NULL,1795893252102565);
INSERT INTO approvals VALUES(X'22c24183598e5b5a8045e9ae60a74fe8',X'00000000000000000000000000000001','01a22394-5016-76cf-bd9d-7d0361fafe3e',X'01a223945015735c92103325ddabdd11',X'9bc21a9e3cfa5aca8317ee88106bbef0','write_file','{"text":"hello"}','cbbbdcd27692344de5dbab3abcaba413fb0f45307267de7081401576df1cb176','a human decides about calls of ''write_file''','approved','edit','{"text":"edited"}','better',X'00000000000000000000000000000001',1795893252168031,NULL,1795893252175998);
INSERT INTO approvals VALUES(X'80cb6400fd395527832d5e7bba7489c4',X'00000000000000000000000000000001','01a22394-5067-7313-9208-d7220f798770',X'01a22394506671a6947575753f7e726d',X'384f31f71e8e5b1287fd79f60295862a','write_file','{"text":"hello"}','cbbbdcd27692344de5dbab3abcaba413fb0f45307267de7081401576df1cb176','a human decides about calls of ''write_file''','rejected','reject',NULL,'no',X'00000000000000000000000000000001',1795893252247442,NULL,1795893252262833);
INSERT INTO approvals VALUES(X'6a94ec2ce390507b8020b3f7795a4402',X'00000000000000000000000000000001','01a22394-50c5-7746-8a8f-2ae6b59bcd50',X'01a2239450c4752aa6364378aaa68caf',X'd504d44f508351208c1a36df87926a58','write_file','{"text":"hello"}','cbbbdcd27692344de5dbab3abcaba413fb0f45307267de7081401576df1cb176','a human decides about calls of ''write_file''','pending',NULL,NULL,NULL,NULL,1795893252326657,NULL,NULL);
INSERT INTO approvals VALUES(X'9259c74c9aaa566ebbd285ff430a4737',X'00000000000000000000000000000001','01a22394-50f2-72dd-9acb-0c2676b216c6',X'01a2239450f272dd9acb0c25cb5de9b0',X'c614388d6ff05d5f88a2a50126672620','write_file','{"text":"hello"}','cbbbdcd27692344de5dbab3abcaba413fb0f45307267de7081401576df1cb176','a human decides about calls of ''write_file''','cancelled',NULL,NULL,NULL,NULL,1795893252393703,NULL,1795893252454144);
INSERT INTO approvals VALUES(X'4596504b820a5fd38952388c1a004e14',X'00000000000000000000000000000001','9bb3b4a3-6ccc-4b2b-b90d-5ca3694904d0',X'01a22394530073ce9213677f9fed34b8',X'bf7fed0379725b12804e22e11db749e1','create_plan','{"title":"A greeting","description":"Write it, then look at it","subtasks":[{"title":"Look","description":"Say what is in hello.txt","agent":"ask","estimated_time_minutes":1,"dependencies":[1]},{"title":"Write","description":"Write hello.txt","agent":"coder","estimated_time_minutes":2}]}','ebbe4f03f1fdf3028dfd1f61148a408496b59b4ea739cb0059d0b070f739f430','the plan is carried out when you approve it','approved','approve',NULL,NULL,X'00000000000000000000000000000001',1795893252877457,NULL,1795893252887268);
INSERT INTO approvals VALUES(X'd0f12f36232a50af952510550fba97d9',X'00000000000000000000000000000001','a7a5b76e-c9b1-4cad-a73c-5a0055404e84',X'01a223945357735cabf1ab65502d0c69',X'5b09cafa2b245de8aeed37efc76bff17','create_plan','{"title":"A greeting","description":"Write it, then look at it","subtasks":[{"title":"Look","description":"Say what is in hello.txt","agent":"ask","estimated_time_minutes":1,"dependencies":[1]},{"title":"Write","description":"Write hello.txt","agent":"coder","estimated_time_minutes":2}]}','ebbe4f03f1fdf3028dfd1f61148a408496b59b4ea739cb0059d0b070f739f430','the plan is carried out when you approve it','pending',NULL,NULL,NULL,NULL,1795893252962404,NULL,NULL);
CREATE TABLE idempotency_keys (
    tenant_id    BLOB    NOT NULL,
    principal    TEXT    NOT NULL,
    key          TEXT    NOT NULL,
    request_hash TEXT    NOT NULL,
    resource_id  BLOB    NOT NULL,
    status       INTEGER,           -- null while under way
    body         TEXT,
    locked_until INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, principal, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE audit_log (
    tenant_id   BLOB    NOT NULL,
    seq         INTEGER NOT NULL,
    user_id     BLOB,
    api_key_id  BLOB,
    ip          TEXT,
    action      TEXT    NOT NULL,
    entity_type TEXT    NOT NULL,
    entity_id   TEXT    NOT NULL,
    trace_id    TEXT    NOT NULL,
    outcome     TEXT    NOT NULL,
    details     TEXT,
    created_at  INTEGER NOT NULL,
    hash        TEXT    NOT NULL,
    PRIMARY KEY (tenant_id, seq)
) STRICT, WITHOUT ROWID;
INSERT INTO audit_log VALUES(X'00000000000000000000000000000001',1,NULL,NULL,NULL,'user.create','user','00000000-0000-0000-0000-000000000001','00000000-0000-0000-0000-000000000000','ok',NULL,1795893251724860,'a4b16472393555a56f47f612f07890a68704b36d14aa8ad587b17ad9f67cf6e4');
INSERT INTO audit_log VALUES(X'00000000000000000000000000000001',2,NULL,NULL,NULL,'client.create','client','codelab-flutter-app','00000000-0000-0000-0000-000000000000','ok',NULL,1795893251739731,'1db366543486f676d7701772bb4e9cc68842005928244f169ae7394aefa16803');
INSERT INTO audit_log VALUES(X'00000000000000000000000000000001',3,NULL,NULL,NULL,'client.create','client','codelab-internal','00000000-0000-0000-0000-000000000000','ok',NULL,1795893251743350,'8bc1745864002fee8dd183d5ef5307ad951664f5089a4d25f2b97203eb1f87fc');
INSERT INTO audit_log VALUES(X'00000000000000000000000000000001',4,X'00000000000000000000000000000001',NULL,'127.0.0.1','auth.test_token','user','00000000-0000-0000-0000-000000000001','01a22394-4f03-7100-8f14-062b43fa7799','ok',NULL,1795893251843725,'91670d7ad31965257faf7d5fb6ac6a2a3d955fa786b673b861552c5324016767');
INSERT INTO audit_log VALUES(X'00000000000000000000000000000001',5,X'00000000000000000000000000000001',NULL,'127.0.0.1','agent.create','agent','01a22394-4f27-701c-8742-41f8a2c1db13','01a22394-4f11-707f-a351-8affc8ab78a5','ok',NULL,1795893251879460,'45267149478b1ad8eac38a26e7e4a3a7b5e22024f1f231115461e23b95ca1212');
INSERT INTO audit_log VALUES(X'00000000000000000000000000000001',6,X'00000000000000000000000000000001',NULL,'127.0.0.1','tool.create','tool','01a22394-4f88-7136-a0d0-ec0359a74c77','01a22394-4f3b-739a-b5e4-05ef2e437488','ok',NULL,1795893251900190,'14b6d6ca23c56b1321d58919289cf8f99367e5b43f89c95540d345932a50501d');
INSERT INTO audit_log VALUES(X'00000000000000000000000000000001',7,X'00000000000000000000000000000001',NULL,'127.0.0.1','binding.create','binding','01a22394-4fa4-73c2-abe0-1526ef21d0de','01a22394-4fa3-7545-8149-8631b09ac470','ok',NULL,1795893252004222,'1eb079084b868c95d8cc1478300bcfda5b92cbb49e37d0953de3c15dca274af8');
INSERT INTO audit_log VALUES(X'00000000000000000000000000000001',8,X'00000000000000000000000000000001',NULL,'127.0.0.1','run.create','run','01a22394-4fb0-71f7-91ab-8874f5cfa4c1','01a22394-4faf-737b-9bdc-bceb1904ed06','ok',NULL,1795893252034882,'8f0709cbf38ce615c14b6493437777ac3adea792dd2ebf4ef8cdaf17c24c7795');
INSERT INTO audit_log VALUES(X'00000000000000000000000000000001',9,X'00000000000000000000000000000001',NULL,'127.0.0.1','approval.decide','approval','c8af6328-5661-55b2-9bfa-269f6be154b7','01a22394-5006-762f-95c2-b79cdfa4d30b','ok','{"decision":"approve","run_id":"01a22394-4fb0-71f7-91ab-8874f5cfa4c1","tool_name":"write_file","arguments_digest":"cbbbdcd27692344de5dbab3abcaba413fb0f45307267de7081401576df1cb176"}',1795893252102565,'1c858d937998b8b8a187918df428a9d2e5a9012949e180b48d94ed0759e1b10d');
INSERT INTO audit_log VALUES(X'00000000000000000000000000000001',10,X'00000000000000000000000000000001',NULL,'127.0.0.1','run.create','run','01a22394-5015-735c-9210-3325ddabdd11','01a22394-5014-74d9-b076-30e21769904b','ok',NULL,1795893252118391,'d6b5c12c205bfd5c7e566440f578bc8c5f76dcda52f0170e594c60b0e2567420');
INSERT INTO audit_log VALUES(X'00000000000000000000000000000001',11,X'00000000000000000000000000000001',NULL,'127.0.0.1','approval.decide','approval','22c24183-598e-5b5a-8045-e9ae60a74fe8','01a22394-504f-70f1-a1cb-35e4b7253048','ok','{"decision":"edit","run_id":"01a22394-5015-735c-9210-3325ddabdd11","tool_name":"write_file","arguments_digest":"3dbe782d320f5da833d50e5b5b93329e12378b2d3529d45c51b4f4ed315a486c"}',1795893252175998,'943052054675838d34b6d5029c41e185f00816f1a3bdd6b0d558c2f30512ce07');
INSERT INTO audit_log VALUES(X'00000000000000000000000000000001',12,X'00000000000000000000000000000001',NULL,'127.0.0.1','run.create','run','01a22394-5066-71a6-9475-75753f7e726d','01a22394-5065-7247-8c27-714a18742588','ok',NULL,1795893252199194,'189da0155b6eb5252768c77dae79b32f8ab4875fce3272b3bfd09ed05cb772fa');
INSERT INTO audit_log VALUES(X'00000000000000000000000000000001',13,X'00000000000000000000000000000001',NULL,'127.0.0.1','approval.decide','approval','80cb6400-fd39-5527-832d-5e7bba7489c4','01a22394-50a2-7718-8457-df88fa2c5ed7','ok','{"decision":"reject","run_id":"01a22394-5066-71a6-9475-75753f7e726d","tool_name":"write_file","arguments_digest":"cbbbdcd27692344de5dbab3abcaba413fb0f45307267de7081401576df1cb176"}',1795893252262833,'616a408e6302624bceaea432807a98ffcf5dc58869eae2272d529d612ededd97');
INSERT INTO audit_log VALUES(X'00000000000000000000000000000001',14,X'00000000000000000000000000000001',NULL,'127.0.0.1','run.create','run','01a22394-50c4-752a-a636-4378aaa68caf','01a22394-50c3-70d2-806a-15a14e197d95','ok',NULL,1795893252293037,'13fa325f04a03ecd27c20139a74ce122060f93bf74005d43a68648e0b30b1bdb');
INSERT INTO audit_log VALUES(X'00000000000000000000000000000001',15,X'00000000000000000000000000000001',NULL,'127.0.0.1','run.create','run','01a22394-50f2-72dd-9acb-0c25cb5de9b0','01a22394-50f1-71ce-b586-a437caf293ec','ok',NULL,1795893252338788,'9d33cf19dfb2e30cbe0d9ac6b5ba0f72f643b148137fc810fe81afe8f2e56765');
INSERT INTO audit_log VALUES(X'00000000000000000000000000000001',16,X'00000000000000000000000000000001',NULL,'127.0.0.1','run.cancel','run','01a22394-50f2-72dd-9acb-0c25cb5de9b0','01a22394-5131-75b0-8c77-f2c9aafb998f','ok',NULL,1795893252402001,'3438a22b660e0d56c1c9ce11dbbc49182df8415133ab6362a600e476833a134b');
INSERT INTO audit_log VALUES(X'00000000000000000000000000000001',17,X'00000000000000000000000000000001',NULL,'127.0.0.1','run.create','run','01a22394-5143-742b-9997-a59496522472','01a22394-5143-742b-9997-a5936423bbe0','ok',NULL,1795893252427058,'668324b2754da939c7d1ac0d4de3d4ba068e9fdb218b765a0c08fd12e187682b');
INSERT INTO audit_log VALUES(X'00000000000000000000000000000001',18,X'00000000000000000000000000000001',NULL,'127.0.0.1','agent.create','agent','f364adfa-0960-57ee-bead-9534213ec2b8','01a22394-51b5-75a7-befa-6251459b2224','ok',NULL,1795893252550915,'b2dc4004ecc4c9d0b8a4e17bcdc9d7418cb34dff61cdec7b18affa07f7f9ce5e');
INSERT INTO audit_log VALUES(X'00000000000000000000000000000001',19,X'00000000000000000000000000000001',NULL,'127.0.0.1','session.create','session','2116a30f-51f4-4e51-ba10-c6f4cebeaa41','01a22394-51b5-75a7-befa-6251459b2224','ok',NULL,1795893252575329,'0e0d64079a4a237fcfd40f42c9a0c68e854bb75d4cb0e9ffd80ca45ad41418fb');
INSERT INTO audit_log VALUES(X'00000000000000000000000000000001',20,X'00000000000000000000000000000001',NULL,'127.0.0.1','run.create','run','01a22394-51ef-7112-9886-568d06500b84','01a22394-51e8-76f4-bd09-d94fb133fb3d','ok',NULL,1795893252591523,'29412248c5fdbb3e30576bc9d96cb0bd0a90b8e900f8c2a1953b5fc324afe70a');
INSERT INTO audit_log VALUES(X'00000000000000000000000000000001',21,X'00000000000000000000000000000001',NULL,'127.0.0.1','run.create','run','01a22394-5243-7762-8335-28321346ff96','01a22394-523f-754c-b85b-e714da8a92ed','ok',NULL,1795893252675390,'b1fe69bfd909fedb1e6490ea9b42da0c461d989a7a98b5172e93594c7ed77a27');
INSERT INTO audit_log VALUES(X'00000000000000000000000000000001',22,X'00000000000000000000000000000001',NULL,'127.0.0.1','call.answer','tool_call','6782634a-c44a-57a3-b954-6fc0a4ad85f2','01a22394-5257-74c6-8a50-5e9054ca239f','ok',NULL,1795893252699657,'52dc1b4e4689ef54b4dac77e3e9e030937ce4a6e7e2957c64423a456a08d5ed8');
INSERT INTO audit_log VALUES(X'00000000000000000000000000000001',23,NULL,NULL,NULL,'signing_key.create','signing_key','fROePBv8EHk1JR1tv9iMM01zDqz8NXQcARjVbv1mgHQ','00000000-0000-0000-0000-000000000000','ok',NULL,1795893252701090,'76dd23dda5e774c916f6e4b7877ff6f7fe68ee54c755706849112c345d741fc9');
INSERT INTO audit_log VALUES(X'00000000000000000000000000000001',24,X'00000000000000000000000000000001',NULL,'127.0.0.1','run.create','run','01a22394-529a-7030-8f8d-f637b05c2b71','01a22394-5298-74f6-a911-41e0522cff63','ok',NULL,1795893252763044,'34636bb8f2ee733842983fe1f431d8b3331245fe29ae4bb1aedacac44f48de1f');
INSERT INTO audit_log VALUES(X'00000000000000000000000000000001',25,X'00000000000000000000000000000001',NULL,'127.0.0.1','session.create','session','b546f529-4b08-4f96-97ef-0cbca7ebd5b4','01a22394-52bf-778c-bc8c-f7cb9013d31f','ok',NULL,1795893252800224,'8b82d1b74076c49ef30db710e35159e8addc86f05525b1f8fa0952987de68f31');
INSERT INTO audit_log VALUES(X'00000000000000000000000000000001',26,X'00000000000000000000000000000001',NULL,'127.0.0.1','run.create','run','01a22394-52c7-7323-aefd-ff26268e9b24','01a22394-52c2-7651-abda-309c12814ab5','ok',NULL,1795893252811683,'885996b3cf3645bf71b7f7e6fd646f532f70cb0b78a3901edc18a46a14396d88');
INSERT INTO audit_log VALUES(X'00000000000000000000000000000001',27,X'00000000000000000000000000000001',NULL,'127.0.0.1','session.create','session','669eafea-47d0-4127-95d2-848f5fbbbbe7','01a22394-52e3-7674-b1a6-ebccef099e00','ok',NULL,1795893252836595,'e66670ec41a927a33006993cc9e0d241e876d6f44b137f23e559435eb12f3618');
INSERT INTO audit_log VALUES(X'00000000000000000000000000000001',28,X'00000000000000000000000000000001',NULL,'127.0.0.1','session.create','session','9bb3b4a3-6ccc-4b2b-b90d-5ca3694904d0','01a22394-52e6-7794-8a64-ed732df398b0','ok',NULL,1795893252839678,'e63207235853012add70dd5e8d58c644f1308c1a278bbc3aa0df8d821b025dbf');
INSERT INTO audit_log VALUES(X'00000000000000000000000000000001',29,X'00000000000000000000000000000001',NULL,'127.0.0.1','run.create','run','01a22394-52f7-76c7-82a3-c14230417d96','01a22394-52e9-77cb-9490-addb69534bcf','ok',NULL,1795893252855996,'113e5027289be65a57370ac95bc9e8ceaee2be83bce0756d21d32647962664f1');
INSERT INTO audit_log VALUES(X'00000000000000000000000000000001',30,X'00000000000000000000000000000001',NULL,'127.0.0.1','run.create','run','01a22394-5300-73ce-9213-677f9fed34b8','01a22394-52ff-710b-b935-8c2844aa6582','ok',NULL,1795893252864857,'2ceac3bce87147efe4f647b4b23fe441f7881143be4235f75db0f4dc5a127031');
INSERT INTO audit_log VALUES(X'00000000000000000000000000000001',31,X'00000000000000000000000000000001',NULL,'127.0.0.1','approval.decide','approval','4596504b-820a-5fd3-8952-388c1a004e14','01a22394-5314-74e8-8235-43479b58929a','ok','{"decision":"approve","run_id":"01a22394-5300-73ce-9213-677f9fed34b8","tool_name":"create_plan","arguments_digest":"ebbe4f03f1fdf3028dfd1f61148a408496b59b4ea739cb0059d0b070f739f430"}',1795893252887268,'b554ba2e6b50355e97cfeb28aaa07d927e5cfcaa50823d0899e7e3574225c9e6');
INSERT INTO audit_log VALUES(X'00000000000000000000000000000001',32,X'00000000000000000000000000000001',NULL,'127.0.0.1','session.create','session','a7a5b76e-c9b1-4cad-a73c-5a0055404e84','01a22394-5337-76ea-a53d-83cddf47bea7','ok',NULL,1795893252923155,'e71d947c7f1652ff71121c0f26a4cbe59a3468e5fac1f2ea0894e8b9748d33a9');
INSERT INTO audit_log VALUES(X'00000000000000000000000000000001',33,X'00000000000000000000000000000001',NULL,'127.0.0.1','run.create','run','01a22394-533f-7055-9719-a61e3501c8bf','01a22394-533d-71ef-a640-b6f47d0ac216','ok',NULL,1795893252927463,'0d2a0723d0f4331d2d3a97aad4428c605f5a7267b9cec3ba978201246f50eada');
INSERT INTO audit_log VALUES(X'00000000000000000000000000000001',34,X'00000000000000000000000000000001',NULL,'127.0.0.1','run.create','run','01a22394-5357-735c-abf1-ab65502d0c69','01a22394-5353-75b4-b67c-bb25d371b141','ok',NULL,1795893252952085,'94271af4f69492809f54dbcfdcb975a955f840dc8a404ef6632b2c5eb5765a78');
INSERT INTO audit_log VALUES(X'00000000000000000000000000000001',35,X'00000000000000000000000000000001',NULL,'127.0.0.1','session.create','session','8e1415ab-471a-43c4-af2b-dcd7d1218d11','01a22394-5368-73f0-a3ae-377efdbfd505','ok',NULL,1795893252969295,'6a13d00aa6c203a05023fddb78e75b3fa9cc18e73b6bfce09195e3616f27cbaf');
INSERT INTO audit_log VALUES(X'00000000000000000000000000000001',36,X'00000000000000000000000000000001',NULL,'127.0.0.1','run.create','run','01a22394-536c-71ea-a3b3-49a0624f23ef','01a22394-536b-7007-bf3d-374ec24682c5','ok',NULL,1795893252972961,'bb39399c7e798c5cdb30801cb0877efd5b562a841151cb18166c92adc53d9764');
INSERT INTO audit_log VALUES(X'00000000000000000000000000000001',37,X'00000000000000000000000000000001',NULL,'127.0.0.1','run.create','run','01a22394-537f-7419-b700-62f894062bcd','01a22394-537d-759f-a6d5-67ca49e16642','ok',NULL,1795893252991793,'6a1ab12b87fe6a0d7d4fda9406add30a7e9b985f57162dadc80a05c0def5d807');
INSERT INTO audit_log VALUES(X'00000000000000000000000000000001',38,X'00000000000000000000000000000001',NULL,'127.0.0.1','run.create','run','01a22394-53dc-76bf-87ba-d13dc8a1896a','01a22394-53db-7452-a126-32babbc53642','ok',NULL,1795893253085277,'2f070afa5175c1dec2a5f9ca071a9a877ddeca55811a14d7989763ac85681a6c');
INSERT INTO audit_log VALUES(X'00000000000000000000000000000001',39,X'00000000000000000000000000000001',NULL,'127.0.0.1','run.create','run','01a22394-5400-74b6-91db-5e601c0c503b','01a22394-53ff-751f-af88-dd5024b6d1f0','ok',NULL,1795893253121149,'c791cd2ae518957e9f5b7868ed892ed6386f7c491523a2fa3a5acc2296a1366c');
CREATE TABLE audit_heads (
    tenant_id BLOB    NOT NULL PRIMARY KEY,
    seq       INTEGER NOT NULL,
    hash      TEXT    NOT NULL
) STRICT;
INSERT INTO audit_heads VALUES(X'00000000000000000000000000000001',39,'c791cd2ae518957e9f5b7868ed892ed6386f7c491523a2fa3a5acc2296a1366c');
CREATE TABLE budgets (
    tenant_id     BLOB NOT NULL,
    agent_id      BLOB NOT NULL,
    run_tokens    INTEGER,
    run_nano_usd  INTEGER,
    day_tokens    INTEGER,
    day_nano_usd  INTEGER,
    updated_at    INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, agent_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE spend_days (
    tenant_id BLOB NOT NULL,
    agent_id  BLOB NOT NULL,
    day       INTEGER NOT NULL,
    tokens    INTEGER NOT NULL,
    nano_usd  INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, agent_id, day)
) STRICT, WITHOUT ROWID;
CREATE TABLE run_spend (
    run_id        BLOB NOT NULL PRIMARY KEY,
    tenant_id     BLOB NOT NULL,
    agent_id      BLOB NOT NULL,
    day           INTEGER NOT NULL, -- of the newest call
    tokens        INTEGER NOT NULL,
    nano_usd      INTEGER NOT NULL,
    open_tokens   INTEGER NOT NULL,
    open_nano_usd INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE accounts (
    user_id        BLOB    NOT NULL PRIMARY KEY,
    tenant_id      BLOB    NOT NULL,
    username       TEXT    NOT NULL,
    username_key   TEXT    NOT NULL UNIQUE, -- as names are compared
    email          TEXT,
    email_key      TEXT    UNIQUE,
    password_hash  TEXT    NOT NULL,
    is_admin       INTEGER NOT NULL,        -- 0 or 1
    created_at     INTEGER NOT NULL,
    updated_at     INTEGER,
    last_login_at  INTEGER,
    deactivated_at INTEGER,
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
) STRICT;
CREATE TABLE invites (
    hash       TEXT    NOT NULL PRIMARY KEY,
    tenant_id  BLOB    NOT NULL REFERENCES tenants (id),
    is_admin   INTEGER NOT NULL, -- 0 or 1
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at    INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE login_attempts (
    key      TEXT    NOT NULL PRIMARY KEY,
    attempts INTEGER NOT NULL,
    since    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE oauth_clients (
    id                  TEXT    NOT NULL PRIMARY KEY,
    tenant_id           BLOB    NOT NULL,
    user_id             BLOB    NOT NULL, -- who it is when it acts for itself
    name                TEXT    NOT NULL,
    description         TEXT,
    secret_hash         TEXT,             -- null: public
    is_first_party      INTEGER NOT NULL, -- 0 or 1
    scopes              TEXT    NOT NULL, -- JSON lists
    grant_types         TEXT    NOT NULL,
    redirect_uris       TEXT    NOT NULL,
    access_ttl_seconds  INTEGER NOT NULL,
    refresh_ttl_seconds INTEGER NOT NULL,
    created_at          INTEGER NOT NULL,
    updated_at          INTEGER,
    deactivated_at      INTEGER,
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
) STRICT;
CREATE TABLE refresh_families (
    id               BLOB    NOT NULL PRIMARY KEY,
    tenant_id        BLOB    NOT NULL,
    user_id          BLOB    NOT NULL REFERENCES accounts (user_id),
    client_id        TEXT    NOT NULL REFERENCES oauth_clients (id),
    scopes           TEXT    NOT NULL, -- JSON list
    current_hash     TEXT    NOT NULL UNIQUE,
    previous_hash    TEXT,
    rotated_at       INTEGER,
    token_expires_at INTEGER NOT NULL,
    expires_at       INTEGER NOT NULL,
    created_at       INTEGER NOT NULL,
    revoked_at       INTEGER
) STRICT;
CREATE TABLE refresh_tokens (
    hash        TEXT    NOT NULL PRIMARY KEY,
    tenant_id   BLOB    NOT NULL,
    family_id   BLOB    NOT NULL REFERENCES refresh_families (id) ON DELETE CASCADE,
    parent_hash TEXT,
    created_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE authorization_codes (
    hash         TEXT    NOT NULL PRIMARY KEY,
    tenant_id    BLOB    NOT NULL,
    user_id      BLOB    NOT NULL REFERENCES accounts (user_id),
    client_id    TEXT    NOT NULL REFERENCES oauth_clients (id),
    redirect_uri TEXT    NOT NULL,
    scopes       TEXT    NOT NULL, -- JSON list
    challenge    TEXT    NOT NULL, -- PKCE, S256
    nonce        TEXT,
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    redeemed_at  INTEGER,
    family_id    BLOB              -- the login that came of it
) STRICT, WITHOUT ROWID;
CREATE TABLE signing_keys (
    kid        TEXT    NOT NULL PRIMARY KEY,
    sealed     TEXT    NOT NULL,
    public_jwk TEXT    NOT NULL,
    state      TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    not_after  INTEGER
) STRICT;
CREATE TABLE llm_calls (
    id                 BLOB NOT NULL PRIMARY KEY,
    account            TEXT NOT NULL,
    requested_model    TEXT NOT NULL,
    provider           TEXT NOT NULL,
    model              TEXT NOT NULL,
    outcome            TEXT NOT NULL,
    error_code         TEXT,
    attempts           INTEGER NOT NULL,
    fallbacks          INTEGER NOT NULL,
    prompt_tokens      INTEGER,
    completion_tokens  INTEGER,
    cached_tokens      INTEGER,
    cache_write_tokens INTEGER,
    reasoning_tokens   INTEGER,
    is_estimated       INTEGER NOT NULL,
    cost_nano_usd      INTEGER,
    started_at         INTEGER NOT NULL,
    latency_micros     INTEGER NOT NULL,
    first_token_micros INTEGER,
    deltas             INTEGER NOT NULL,
    streamed_bytes     INTEGER NOT NULL,
    trace_id           TEXT
) STRICT;
CREATE TABLE approval_rules (
    tenant_id  BLOB NOT NULL PRIMARY KEY,
    rules      TEXT NOT NULL, -- a JSON array, in order
    updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE presence (
    tenant_id BLOB    NOT NULL,
    user_id   BLOB    NOT NULL,
    ip        TEXT    NOT NULL,
    seen_at   INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, user_id, ip)
) STRICT, WITHOUT ROWID;
CREATE INDEX api_keys_by_user ON api_keys (tenant_id, user_id, id);
CREATE INDEX agents_by_tenant ON agents (tenant_id, created_at, id);
CREATE INDEX tools_by_tenant ON tools (tenant_id, created_at, id);
CREATE INDEX bindings_by_tool ON bindings (tool_id);
CREATE INDEX runs_by_tenant ON runs (tenant_id, id);
CREATE INDEX runs_by_session ON runs (tenant_id, session_id, id);
CREATE INDEX runs_open ON runs (tenant_id, session_id, id, phase) WHERE phase IN ('queued', 'running', 'waiting_for_approval');
CREATE UNIQUE INDEX runs_heads ON runs (tenant_id, session_id) WHERE is_head = 1;
CREATE INDEX runs_ready ON runs (tenant_id, id) WHERE phase = 'queued' AND is_head = 1;
CREATE INDEX runs_leased ON runs (tenant_id, lease_until, id) WHERE phase = 'running';
CREATE INDEX runs_to_fold ON runs (finished_at) WHERE finished_at IS NOT NULL AND folded = 0;
CREATE INDEX journal_by_run ON journal (run_id, seq);
CREATE INDEX tool_calls_by_run ON tool_calls (run_id, step, ordinal);
CREATE INDEX approvals_by_run ON approvals (run_id);
CREATE INDEX approvals_by_state ON approvals (tenant_id, state, created_at, id);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
CREATE INDEX accounts_by_tenant ON accounts (tenant_id, username_key);
CREATE INDEX invites_by_end ON invites (expires_at);
CREATE INDEX login_attempts_by_age ON login_attempts (since);
CREATE INDEX oauth_clients_by_tenant ON oauth_clients (tenant_id, id);
CREATE INDEX refresh_families_by_user ON refresh_families (tenant_id, user_id, id) WHERE revoked_at IS NULL;
CREATE INDEX refresh_families_by_client ON refresh_families (client_id) WHERE revoked_at IS NULL;
CREATE INDEX refresh_families_by_end ON refresh_families (token_expires_at);
CREATE INDEX refresh_tokens_by_family ON refresh_tokens (family_id);
CREATE INDEX authorization_codes_by_user ON authorization_codes (tenant_id, user_id);
CREATE INDEX authorization_codes_by_end ON authorization_codes (expires_at);
CREATE UNIQUE INDEX signing_keys_active ON signing_keys (state) WHERE state = 'active';
CREATE INDEX llm_calls_by_account ON llm_calls (account, started_at, id);
CREATE INDEX approvals_by_end ON approvals (expires_at) WHERE state = 'pending' AND expires_at IS NOT NULL;
CREATE INDEX sessions_by_user ON sessions (tenant_id, user_id, updated_at, id) WHERE user_id IS NOT NULL;
CREATE INDEX sessions_by_id ON sessions (id) WHERE user_id IS NOT NULL;
CREATE INDEX presence_by_age ON presence (seen_at);
CREATE INDEX llm_calls_by_age ON llm_calls (started_at);
COMMIT;
