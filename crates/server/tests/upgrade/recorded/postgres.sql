SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public._sqlx_migrations (
    version bigint NOT NULL,
    description text NOT NULL,
    installed_on timestamp with time zone DEFAULT now() NOT NULL,
    success boolean NOT NULL,
    checksum bytea NOT NULL,
    execution_time bigint NOT NULL
);
CREATE TABLE public.accounts (
    user_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    username text NOT NULL,
    username_key text NOT NULL COLLATE pg_catalog."C",
    email text,
    email_key text COLLATE pg_catalog."C",
    password_hash text NOT NULL,
    is_admin boolean NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint,
    last_login_at bigint,
    deactivated_at bigint
);
CREATE TABLE public.agent_versions (
    tenant_id uuid NOT NULL,
    agent_id uuid NOT NULL,
    version bigint NOT NULL,
    snapshot text NOT NULL,
    created_by uuid NOT NULL,
    created_at bigint NOT NULL
);
CREATE TABLE public.agents (
    id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    owner_user_id uuid NOT NULL,
    name text NOT NULL,
    system_prompt text NOT NULL,
    model text NOT NULL,
    llm_params text,
    status text NOT NULL,
    version bigint NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint,
    deleted_at bigint
);
CREATE TABLE public.api_key_days (
    tenant_id uuid NOT NULL,
    api_key_id uuid NOT NULL,
    day bigint NOT NULL,
    runs bigint NOT NULL
);
CREATE TABLE public.api_keys (
    id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    user_id uuid NOT NULL,
    agent_id uuid,
    name text,
    hash text NOT NULL,
    last4 text NOT NULL,
    scopes text NOT NULL,
    daily_limit bigint,
    created_at bigint NOT NULL,
    expires_at bigint,
    revoked_at bigint
);
CREATE TABLE public.approval_rules (
    tenant_id uuid NOT NULL,
    rules text NOT NULL,
    updated_at bigint NOT NULL
);
CREATE TABLE public.approvals (
    id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    session_id text NOT NULL COLLATE pg_catalog."C",
    run_id uuid NOT NULL,
    call_id uuid NOT NULL,
    name text NOT NULL,
    args text NOT NULL,
    args_digest text NOT NULL,
    reason text NOT NULL,
    state text NOT NULL,
    decision text,
    decided_args text,
    feedback text,
    decided_by uuid,
    created_at bigint NOT NULL,
    expires_at bigint,
    decided_at bigint
);
CREATE TABLE public.audit_heads (
    tenant_id uuid NOT NULL,
    seq bigint NOT NULL,
    hash text NOT NULL
)
WITH (fillfactor='50');
CREATE TABLE public.audit_log (
    tenant_id uuid NOT NULL,
    seq bigint NOT NULL,
    user_id uuid,
    api_key_id uuid,
    ip text,
    action text NOT NULL,
    entity_type text NOT NULL,
    entity_id text NOT NULL,
    trace_id text NOT NULL,
    outcome text NOT NULL,
    details text,
    created_at bigint NOT NULL,
    hash text NOT NULL
);
CREATE TABLE public.authorization_codes (
    hash text NOT NULL COLLATE pg_catalog."C",
    tenant_id uuid NOT NULL,
    user_id uuid NOT NULL,
    client_id text NOT NULL COLLATE pg_catalog."C",
    redirect_uri text NOT NULL,
    scopes text NOT NULL,
    challenge text NOT NULL,
    nonce text,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    redeemed_at bigint,
    family_id uuid
);
CREATE TABLE public.bindings (
    id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    agent_id uuid NOT NULL,
    tool_id uuid NOT NULL,
    permission_scope text NOT NULL,
    timeout_ms bigint NOT NULL,
    rate_limit text,
    allowed_domains text NOT NULL,
    secrets_ref text,
    created_at bigint NOT NULL,
    updated_at bigint
);
CREATE TABLE public.budgets (
    tenant_id uuid NOT NULL,
    agent_id uuid NOT NULL,
    run_tokens bigint,
    run_nano_usd bigint,
    day_tokens bigint,
    day_nano_usd bigint,
    updated_at bigint NOT NULL
);
CREATE TABLE public.idempotency_keys (
    tenant_id uuid NOT NULL,
    principal text NOT NULL,
    key text NOT NULL,
    request_hash text NOT NULL,
    resource_id uuid NOT NULL,
    status bigint,
    body text,
    locked_until bigint NOT NULL,
    created_at bigint NOT NULL
);
CREATE TABLE public.invites (
    hash text NOT NULL COLLATE pg_catalog."C",
    tenant_id uuid NOT NULL,
    is_admin boolean NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    used_at bigint
);
CREATE TABLE public.journal (
    tenant_id uuid NOT NULL,
    session_id text NOT NULL COLLATE pg_catalog."C",
    seq bigint NOT NULL,
    run_id uuid NOT NULL,
    kind text NOT NULL,
    payload text NOT NULL,
    epoch bigint NOT NULL,
    created_at bigint NOT NULL
);
CREATE TABLE public.llm_calls (
    id uuid NOT NULL,
    account text NOT NULL,
    requested_model text NOT NULL,
    provider text NOT NULL,
    model text NOT NULL,
    outcome text NOT NULL,
    error_code text,
    attempts bigint NOT NULL,
    fallbacks bigint NOT NULL,
    prompt_tokens bigint,
    completion_tokens bigint,
    cached_tokens bigint,
    cache_write_tokens bigint,
    reasoning_tokens bigint,
    is_estimated boolean NOT NULL,
    cost_nano_usd bigint,
    started_at bigint NOT NULL,
    latency_micros bigint NOT NULL,
    first_token_micros bigint,
    deltas bigint NOT NULL,
    streamed_bytes bigint NOT NULL,
    trace_id text
);
CREATE TABLE public.login_attempts (
    key text NOT NULL COLLATE pg_catalog."C",
    attempts bigint NOT NULL,
    since bigint NOT NULL
);
CREATE TABLE public.oauth_clients (
    id text NOT NULL COLLATE pg_catalog."C",
    tenant_id uuid NOT NULL,
    user_id uuid NOT NULL,
    name text NOT NULL,
    description text,
    secret_hash text,
    is_first_party boolean NOT NULL,
    scopes text NOT NULL,
    grant_types text NOT NULL,
    redirect_uris text NOT NULL,
    access_ttl_seconds bigint NOT NULL,
    refresh_ttl_seconds bigint NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint,
    deactivated_at bigint
);
CREATE TABLE public.presence (
    tenant_id uuid NOT NULL,
    user_id uuid NOT NULL,
    ip text NOT NULL,
    seen_at bigint NOT NULL
);
CREATE TABLE public.refresh_families (
    id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    user_id uuid NOT NULL,
    client_id text NOT NULL COLLATE pg_catalog."C",
    scopes text NOT NULL,
    current_hash text NOT NULL COLLATE pg_catalog."C",
    previous_hash text,
    rotated_at bigint,
    token_expires_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    created_at bigint NOT NULL,
    revoked_at bigint
);
CREATE TABLE public.refresh_tokens (
    hash text NOT NULL COLLATE pg_catalog."C",
    tenant_id uuid NOT NULL,
    family_id uuid NOT NULL,
    parent_hash text,
    created_at bigint NOT NULL
);
CREATE TABLE public.run_spend (
    run_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    agent_id uuid NOT NULL,
    day bigint NOT NULL,
    tokens bigint NOT NULL,
    nano_usd bigint NOT NULL,
    open_tokens bigint NOT NULL,
    open_nano_usd bigint NOT NULL
);
CREATE TABLE public.runs (
    id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    agent_id uuid NOT NULL,
    agent_version bigint NOT NULL,
    session_id text NOT NULL COLLATE pg_catalog."C",
    trace_id text NOT NULL,
    principal text NOT NULL,
    input_message text NOT NULL,
    phase text NOT NULL,
    epoch bigint NOT NULL,
    owner text,
    lease_until bigint,
    crash_count bigint NOT NULL,
    cancel_requested boolean NOT NULL,
    is_head smallint NOT NULL,
    wake boolean NOT NULL,
    folded boolean NOT NULL,
    output_message text,
    error_code text,
    error_message text,
    prompt_tokens bigint,
    completion_tokens bigint,
    cached_tokens bigint,
    reasoning_tokens bigint,
    created_at bigint NOT NULL,
    updated_at bigint,
    finished_at bigint,
    team text
)
WITH (autovacuum_vacuum_scale_factor='0.02', autovacuum_analyze_scale_factor='0.02');
CREATE TABLE public.secrets (
    tenant_id uuid NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    sealed text NOT NULL,
    updated_at bigint NOT NULL
);
CREATE TABLE public.sessions (
    tenant_id uuid NOT NULL,
    id text NOT NULL COLLATE pg_catalog."C",
    agent_id uuid NOT NULL,
    next_seq bigint NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    user_id uuid,
    title text,
    description text,
    metadata text,
    system_prompt text,
    specialist text,
    is_pinned boolean DEFAULT false NOT NULL,
    message_count bigint DEFAULT 0 NOT NULL,
    is_active boolean DEFAULT true NOT NULL
);
CREATE TABLE public.signing_keys (
    kid text NOT NULL COLLATE pg_catalog."C",
    sealed text NOT NULL,
    public_jwk text NOT NULL,
    state text NOT NULL,
    created_at bigint NOT NULL,
    not_after bigint
);
CREATE TABLE public.spend_days (
    tenant_id uuid NOT NULL,
    agent_id uuid NOT NULL,
    day bigint NOT NULL,
    tokens bigint NOT NULL,
    nano_usd bigint NOT NULL
);
CREATE TABLE public.tenants (
    id uuid NOT NULL,
    created_at bigint NOT NULL
);
CREATE TABLE public.tool_calls (
    id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    run_id uuid NOT NULL,
    step bigint NOT NULL,
    ordinal bigint NOT NULL,
    provider_call_id text NOT NULL,
    tool_id uuid,
    name text NOT NULL,
    args text NOT NULL,
    args_digest text NOT NULL,
    effect text NOT NULL,
    state text NOT NULL,
    attempts bigint NOT NULL,
    result text,
    error text,
    duration_ms bigint,
    planned_at bigint NOT NULL,
    dispatched_at bigint,
    finished_at bigint,
    executor text DEFAULT 'server'::text NOT NULL
);
CREATE TABLE public.tools (
    id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    name text NOT NULL,
    description text NOT NULL,
    input_schema text NOT NULL,
    execution_type text NOT NULL,
    endpoint text,
    auth_type text NOT NULL,
    status text NOT NULL,
    version bigint NOT NULL,
    http_method text NOT NULL,
    parameter_mapping text NOT NULL,
    custom_headers text NOT NULL,
    response_transform text,
    effect text NOT NULL,
    status_endpoint text,
    created_at bigint NOT NULL,
    updated_at bigint,
    deleted_at bigint
);
CREATE TABLE public.users (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    created_at bigint NOT NULL
);
INSERT INTO public._sqlx_migrations VALUES (1, 'foundation', '2026-11-28 19:14:15.273611+00', true, '\x9085c78bd9ad467c98722e7173f93c444c5445e4d3b2eb687977d4796713612de2f6a95c27e8409870ae1870544d4354', 48995124);
INSERT INTO public._sqlx_migrations VALUES (2, 'budgets', '2026-11-28 19:14:15.331333+00', true, '\x16dfea33c02f625ea46cbca10b65a51b3bb9e61d36e0693c7e8a6952bafed70c48de5f1b3a0ac80955e8e249fa099b24', 1818888);
INSERT INTO public._sqlx_migrations VALUES (3, 'auth', '2026-11-28 19:14:15.333264+00', true, '\xb09f1f1177883b0b60e3b28350a001dd22598b8e32182203c57aaaa077f22826130461a2d3dc9388902a19ec3dce9533', 30059481);
INSERT INTO public._sqlx_migrations VALUES (4, 'llm calls', '2026-11-28 19:14:15.363727+00', true, '\xa727156854ba3cd0ec6ed470993924bedaed6c4cb30c972126c187cc48ee6521811bafaa924ef503188c0bcbf586e6d2', 1684916);
INSERT INTO public._sqlx_migrations VALUES (5, 'approval rules', '2026-11-28 19:14:15.365528+00', true, '\x04f8e9b705756a1658817c88d76245a6aedf8de77e3b4846a29a9da4302bc3e46abf1dc0bdde5d0d7c775f0c1bd111b2', 5413308);
INSERT INTO public._sqlx_migrations VALUES (6, 'codelab', '2026-11-28 19:14:15.371167+00', true, '\xa24076f26cfc80707f8ebe580928099956dd7930926c66aaaf948a492c28f31b9fee2e4eeea9a5a82ca97b757cb69f2e', 8952445);
INSERT INTO public.agents VALUES ('01a22394-5eb7-77cc-9ebe-555aced45184', '00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000001', 'Agent', '', 'openai:gpt-4o-mini', NULL, 'published', 1, 1795893255863506, NULL, NULL);
INSERT INTO public.agents VALUES ('f364adfa-0960-57ee-bead-9534213ec2b8', '00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000001', 'CodeLab', '', 'default', NULL, 'published', 1, 1795893256654500, NULL, NULL);
INSERT INTO public.approvals VALUES ('ad0eee7d-c298-5864-aa08-5dc9e128cea0', '00000000-0000-0000-0000-000000000001', '01a22394-5f8d-777e-9d85-6e1731398823', '01a22394-5f85-7480-9005-82ccf91023a2', '3d8d7d31-82f8-599f-9f51-e847fcd2cc99', 'write_file', '{"text":"hello"}', 'cbbbdcd27692344de5dbab3abcaba413fb0f45307267de7081401576df1cb176', 'a human decides about calls of ''write_file''', 'approved', 'approve', NULL, NULL, '00000000-0000-0000-0000-000000000001', 1795893256284785, NULL, 1795893256382302);
INSERT INTO public.approvals VALUES ('601afe04-fe22-5e4d-9404-96f600924ca1', '00000000-0000-0000-0000-000000000001', '01a22394-60f6-76a0-b070-6ec0e40d1d73', '01a22394-60e9-732b-a1f2-ff0bdf1cc93f', '623390e4-1bff-58c1-97e4-c14c84ade93c', 'write_file', '{"text":"hello"}', 'cbbbdcd27692344de5dbab3abcaba413fb0f45307267de7081401576df1cb176', 'a human decides about calls of ''write_file''', 'approved', 'edit', '{"text":"edited"}', 'better', '00000000-0000-0000-0000-000000000001', 1795893256468055, NULL, 1795893256484005);
INSERT INTO public.approvals VALUES ('3e1be572-ad34-5404-b88d-60a91d286457', '00000000-0000-0000-0000-000000000001', '01a22394-6133-73de-8f4c-36d75ec3e2b6', '01a22394-612f-738e-b8b4-159c102639b4', '308e7ca2-bc0a-5e9d-9134-8013473d2be2', 'write_file', '{"text":"hello"}', 'cbbbdcd27692344de5dbab3abcaba413fb0f45307267de7081401576df1cb176', 'a human decides about calls of ''write_file''', 'rejected', 'reject', NULL, 'no', '00000000-0000-0000-0000-000000000001', 1795893256539785, NULL, 1795893256551691);
INSERT INTO public.approvals VALUES ('63265cca-23c5-56d0-8b5a-43a3e8151aeb', '00000000-0000-0000-0000-000000000001', '01a22394-6171-701b-addf-4e2d5ab1f550', '01a22394-6170-742f-a3dc-77632bd37573', 'ae8f6cbd-a3f7-5edb-ad69-6020cdc612b3', 'write_file', '{"text":"hello"}', 'cbbbdcd27692344de5dbab3abcaba413fb0f45307267de7081401576df1cb176', 'a human decides about calls of ''write_file''', 'pending', NULL, NULL, NULL, NULL, 1795893256584040, NULL, NULL);
INSERT INTO public.approvals VALUES ('c781c29b-6b6f-5c17-a62b-1f14dd75801e', '00000000-0000-0000-0000-000000000001', '01a22394-6191-746b-91fd-af3d7c47bbf3', '01a22394-6190-769e-9f10-81302833994d', '7d61d41f-2bde-5e43-b148-ca39d960fa52', 'write_file', '{"text":"hello"}', 'cbbbdcd27692344de5dbab3abcaba413fb0f45307267de7081401576df1cb176', 'a human decides about calls of ''write_file''', 'cancelled', NULL, NULL, NULL, NULL, 1795893256614489, NULL, NULL);
INSERT INTO public.approvals VALUES ('d62d531a-2775-5fbc-9bc2-1d709b4f5acd', '00000000-0000-0000-0000-000000000001', 'b1339a86-f913-414c-91c0-7767d997050e', '01a22394-6345-717d-b742-77e84c839acb', '7a187354-4568-5956-8881-69801dfb2339', 'create_plan', '{"title":"A greeting","description":"Write it, then look at it","subtasks":[{"title":"Look","description":"Say what is in hello.txt","agent":"ask","estimated_time_minutes":1,"dependencies":[1]},{"title":"Write","description":"Write hello.txt","agent":"coder","estimated_time_minutes":2}]}', 'ebbe4f03f1fdf3028dfd1f61148a408496b59b4ea739cb0059d0b070f739f430', 'the plan is carried out when you approve it', 'approved', 'approve', NULL, NULL, '00000000-0000-0000-0000-000000000001', 1795893257076587, NULL, 1795893257113647);
INSERT INTO public.approvals VALUES ('136e6db4-111a-5327-b0f1-18de0ffa2187', '00000000-0000-0000-0000-000000000001', '98c7531f-f6a2-46ef-93cc-10504447942f', '01a22394-6433-75b9-990e-0ed99c7662d3', '5fd3d8c8-72d5-58e0-b151-28d6a78867fc', 'create_plan', '{"title":"A greeting","description":"Write it, then look at it","subtasks":[{"title":"Look","description":"Say what is in hello.txt","agent":"ask","estimated_time_minutes":1,"dependencies":[1]},{"title":"Write","description":"Write hello.txt","agent":"coder","estimated_time_minutes":2}]}', 'ebbe4f03f1fdf3028dfd1f61148a408496b59b4ea739cb0059d0b070f739f430', 'the plan is carried out when you approve it', 'pending', NULL, NULL, NULL, NULL, 1795893257299861, NULL, NULL);
INSERT INTO public.audit_heads VALUES ('00000000-0000-0000-0000-000000000001', 40, '024a44a7636f041e7db7eddc3854bd39b227457125e44c545caa4f8cd6cfdb13');
INSERT INTO public.audit_log VALUES ('00000000-0000-0000-0000-000000000001', 1, NULL, NULL, NULL, 'user.create', 'user', '00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000000', 'ok', NULL, 1795893255694788, '4a0f32f796774156859cc017420db5b5d203229d112db895a9db06e7578f61e5');
INSERT INTO public.audit_log VALUES ('00000000-0000-0000-0000-000000000001', 2, NULL, NULL, NULL, 'client.create', 'client', 'codelab-flutter-app', '00000000-0000-0000-0000-000000000000', 'ok', NULL, 1795893255723068, '6d8b8d3e5f715c6ba45aca235df581fb0491c7c98159b0163bd378b85bbacd5b');
INSERT INTO public.audit_log VALUES ('00000000-0000-0000-0000-000000000001', 3, NULL, NULL, NULL, 'client.create', 'client', 'codelab-internal', '00000000-0000-0000-0000-000000000000', 'ok', NULL, 1795893255739547, '8804df6dcdd9006d7c6412be97a7052524afb10bbcb65b72b17ac6e0064d6add');
INSERT INTO public.audit_log VALUES ('00000000-0000-0000-0000-000000000001', 4, '00000000-0000-0000-0000-000000000001', NULL, '127.0.0.1', 'auth.test_token', 'user', '00000000-0000-0000-0000-000000000001', '01a22394-5e8f-74e7-99e1-f9a17555e666', 'ok', NULL, 1795893255823669, '31d4e6cbbbfe48c11f585b7e24598bd2ca58cd640ae9c182a3bd0a8bd3da4188');
INSERT INTO public.audit_log VALUES ('00000000-0000-0000-0000-000000000001', 5, '00000000-0000-0000-0000-000000000001', NULL, '127.0.0.1', 'agent.create', 'agent', '01a22394-5eb7-77cc-9ebe-555aced45184', '01a22394-5ea3-7750-b5e9-608da7216cbd', 'ok', NULL, 1795893255863506, '1bfbc96579ffc77473a02c225dfd237e70a0415cc36a63788ae45c18b644497f');
INSERT INTO public.audit_log VALUES ('00000000-0000-0000-0000-000000000001', 6, '00000000-0000-0000-0000-000000000001', NULL, '127.0.0.1', 'tool.create', 'tool', '01a22394-5f31-72f1-913f-c738fe2980ba', '01a22394-5ee3-76ff-ab36-026205f34519', 'ok', NULL, 1795893255915393, '4590b6a486c3babf55205f5b056f6e1cd0c926c1eb6ccfb2ac88cf24806da709');
INSERT INTO public.audit_log VALUES ('00000000-0000-0000-0000-000000000001', 7, '00000000-0000-0000-0000-000000000001', NULL, '127.0.0.1', 'binding.create', 'binding', '01a22394-5f78-7638-ac8d-11bd321c8d70', '01a22394-5f77-706c-b71f-5cc216ef3b4f', 'ok', NULL, 1795893256056130, '8747ba76e767adc5cea6759f69a7b259596dd1498ed262dbb4463c4199b38a0b');
INSERT INTO public.audit_log VALUES ('00000000-0000-0000-0000-000000000001', 8, '00000000-0000-0000-0000-000000000001', NULL, '127.0.0.1', 'run.create', 'run', '01a22394-5f85-7480-9005-82ccf91023a2', '01a22394-5f84-707b-bccf-c27a36eb4ddc', 'ok', NULL, 1795893256077586, '5ec044034f4f9c75dddbffd1675912fc7365cb9b2518de69152282e0fff7fe16');
INSERT INTO public.audit_log VALUES ('00000000-0000-0000-0000-000000000001', 9, NULL, NULL, NULL, 'signing_key.create', 'signing_key', '7QoAybixr_CfXVphl7j23xYc6ByKAxzu5Cl_WR_HYDM', '00000000-0000-0000-0000-000000000000', 'ok', NULL, 1795893256368341, '2f7fc42610a40433a86df2a8ba8f234a0c8174e13744d9b8811cb7c013b07954');
INSERT INTO public.audit_log VALUES ('00000000-0000-0000-0000-000000000001', 10, '00000000-0000-0000-0000-000000000001', NULL, '127.0.0.1', 'approval.decide', 'approval', 'ad0eee7d-c298-5864-aa08-5dc9e128cea0', '01a22394-60ba-7186-9b2a-48a6eec49776', 'ok', '{"decision":"approve","run_id":"01a22394-5f85-7480-9005-82ccf91023a2","tool_name":"write_file","arguments_digest":"cbbbdcd27692344de5dbab3abcaba413fb0f45307267de7081401576df1cb176"}', 1795893256382302, 'ba51279a93e6546f0a0759b77e6ad9365c335e6396cbe25c176d23e4ae354d93');
INSERT INTO public.audit_log VALUES ('00000000-0000-0000-0000-000000000001', 11, '00000000-0000-0000-0000-000000000001', NULL, '127.0.0.1', 'run.create', 'run', '01a22394-60e9-732b-a1f2-ff0bdf1cc93f', '01a22394-60e8-71b3-a526-0a48beb472ed', 'ok', NULL, 1795893256439017, '519ddf7dba8d7fb356ea39f09a09e3826bc8a665f28ed390e1d7ac3e7ac6c201');
INSERT INTO public.audit_log VALUES ('00000000-0000-0000-0000-000000000001', 12, '00000000-0000-0000-0000-000000000001', NULL, '127.0.0.1', 'approval.decide', 'approval', '601afe04-fe22-5e4d-9404-96f600924ca1', '01a22394-6123-722b-802f-ca9b08aeffb5', 'ok', '{"decision":"edit","run_id":"01a22394-60e9-732b-a1f2-ff0bdf1cc93f","tool_name":"write_file","arguments_digest":"3dbe782d320f5da833d50e5b5b93329e12378b2d3529d45c51b4f4ed315a486c"}', 1795893256484005, '62e70e3f9f63583179726b091bfc5a06fac5b8cd5ceec329bd4d5b6f9908e3d8');
INSERT INTO public.audit_log VALUES ('00000000-0000-0000-0000-000000000001', 13, '00000000-0000-0000-0000-000000000001', NULL, '127.0.0.1', 'run.create', 'run', '01a22394-612f-738e-b8b4-159c102639b4', '01a22394-612f-738e-b8b4-159bb24964bc', 'ok', NULL, 1795893256499214, 'bef2bf35c4187643b1b33fe0f909e6a105dd1e7d3281e8a8ea1b1f191b41f0c0');
INSERT INTO public.audit_log VALUES ('00000000-0000-0000-0000-000000000001', 14, '00000000-0000-0000-0000-000000000001', NULL, '127.0.0.1', 'approval.decide', 'approval', '3e1be572-ad34-5404-b88d-60a91d286457', '01a22394-6167-7469-bb2d-a9607d1e9e9b', 'ok', '{"decision":"reject","run_id":"01a22394-612f-738e-b8b4-159c102639b4","tool_name":"write_file","arguments_digest":"cbbbdcd27692344de5dbab3abcaba413fb0f45307267de7081401576df1cb176"}', 1795893256551691, '60eb95a79cd2b04bdd150409e6ebce6e88ecb1411887df6b77eb22bb4facd86f');
INSERT INTO public.audit_log VALUES ('00000000-0000-0000-0000-000000000001', 15, '00000000-0000-0000-0000-000000000001', NULL, '127.0.0.1', 'run.create', 'run', '01a22394-6170-742f-a3dc-77632bd37573', '01a22394-616f-704b-8e6c-6dd638f3dfb7', 'ok', NULL, 1795893256561928, 'a595a6033626f093787270c40b42130eb6c82f66a74b21c4aa861e55b43d96fe');
INSERT INTO public.audit_log VALUES ('00000000-0000-0000-0000-000000000001', 16, '00000000-0000-0000-0000-000000000001', NULL, '127.0.0.1', 'run.create', 'run', '01a22394-6190-769e-9f10-81302833994d', '01a22394-6190-769e-9f10-812f9ee47edc', 'ok', NULL, 1795893256593476, 'd306b9bb1dc82c2114be5e491a229c8ba19d38a5727e3693eb3d04002621f119');
INSERT INTO public.audit_log VALUES ('00000000-0000-0000-0000-000000000001', 17, '00000000-0000-0000-0000-000000000001', NULL, '127.0.0.1', 'run.cancel', 'run', '01a22394-6190-769e-9f10-81302833994d', '01a22394-61ad-725f-9110-d1b223908dae', 'ok', NULL, 1795893256622312, 'e505be16998be9c43d56788b0ce2744b5f7b6df0e3631ad346500241fee735ac');
INSERT INTO public.audit_log VALUES ('00000000-0000-0000-0000-000000000001', 18, '00000000-0000-0000-0000-000000000001', NULL, '127.0.0.1', 'run.create', 'run', '01a22394-61b5-7396-bb3e-194c057c77d8', '01a22394-61b4-70ca-b47f-b25b3eab3513', 'ok', NULL, 1795893256630339, '2f4b3d5bb8bbd20a45bd8c065a9e10dc0c4b05a5119fbf64bf5dd8a0ef454af7');
INSERT INTO public.audit_log VALUES ('00000000-0000-0000-0000-000000000001', 19, '00000000-0000-0000-0000-000000000001', NULL, '127.0.0.1', 'agent.create', 'agent', 'f364adfa-0960-57ee-bead-9534213ec2b8', '01a22394-61c6-74f5-9e13-f812c7677baa', 'ok', NULL, 1795893256654500, '575f2f86992e5c73b374864316e7152ded110833b97dcadd7dfcfe72587927fa');
INSERT INTO public.audit_log VALUES ('00000000-0000-0000-0000-000000000001', 20, '00000000-0000-0000-0000-000000000001', NULL, '127.0.0.1', 'session.create', 'session', '7860f0d0-e8c9-4775-92d5-0fab6c58a46a', '01a22394-61c6-74f5-9e13-f812c7677baa', 'ok', NULL, 1795893256667308, '6dfd9617932cd8b912e5f55321708f42dce8ab9f99e21c89d44518cc22ceef55');
INSERT INTO public.audit_log VALUES ('00000000-0000-0000-0000-000000000001', 21, '00000000-0000-0000-0000-000000000001', NULL, '127.0.0.1', 'run.create', 'run', '01a22394-61e5-772b-9d5e-870665bfb708', '01a22394-61df-7167-9699-2852690b5874', 'ok', NULL, 1795893256678967, '0aab2db189d9779221cfd886bf849244b9e2791e213e6105a4175ef051cf30c1');
INSERT INTO public.audit_log VALUES ('00000000-0000-0000-0000-000000000001', 22, '00000000-0000-0000-0000-000000000001', NULL, '127.0.0.1', 'run.create', 'run', '01a22394-6207-712c-96f5-3e459a2b7b6e', '01a22394-6203-71c3-bfbb-8435e893f532', 'ok', NULL, 1795893256711394, 'fada0c7d6ef18e9ce5eb6e70e0e44021d55fb36bf33be40185811882f41567fa');
INSERT INTO public.audit_log VALUES ('00000000-0000-0000-0000-000000000001', 23, '00000000-0000-0000-0000-000000000001', NULL, '127.0.0.1', 'call.answer', 'tool_call', 'a1f9098c-e580-5555-a38c-3b813b95f23a', '01a22394-6225-7396-9559-8550774fa12a', 'ok', NULL, 1795893256748495, 'b3190820dd231f3df3e735d416b265551c8b3c2dff0ac8e26e5b744a717c6b16');
INSERT INTO public.audit_log VALUES ('00000000-0000-0000-0000-000000000001', 24, '00000000-0000-0000-0000-000000000001', NULL, '127.0.0.1', 'run.create', 'run', '01a22394-6266-7061-a784-a6a20c78170e', '01a22394-625e-75cc-adb1-0da35f2a000a', 'ok', NULL, 1795893256807345, '2948f92ba7d76c9168888ebb0ef64b1dc41ff1b2c1638e5b5652b30c67c05992');
INSERT INTO public.audit_log VALUES ('00000000-0000-0000-0000-000000000001', 25, '00000000-0000-0000-0000-000000000001', NULL, '127.0.0.1', 'session.create', 'session', 'b275b444-4a6c-4df8-9c4b-6dd3128ad320', '01a22394-62b3-74da-b25e-ec20b435d8f9', 'ok', NULL, 1795893256887169, '934131b7b38fa7aea34465c781804229761eccb03f963140270ae487de040a74');
INSERT INTO public.audit_log VALUES ('00000000-0000-0000-0000-000000000001', 26, '00000000-0000-0000-0000-000000000001', NULL, '127.0.0.1', 'run.create', 'run', '01a22394-62c8-71b6-9208-99383bd471db', '01a22394-62c1-758a-82ac-4fbe3d06fed5', 'ok', NULL, 1795893256907265, '159250a53852282362f1a978d0d0bd071ae22157d6f22515f22f12d3dd8816ce');
INSERT INTO public.audit_log VALUES ('00000000-0000-0000-0000-000000000001', 27, '00000000-0000-0000-0000-000000000001', NULL, '127.0.0.1', 'session.create', 'session', '57e7f781-564e-4224-b1c9-c18ed0d55d08', '01a22394-6303-705d-88ff-287f2ee83ee9', 'ok', NULL, 1795893256964871, '1f6a2d7176bd626b699d11f0ec2a0fea36e9d597ed3fe7602ffeec1d848826c8');
INSERT INTO public.audit_log VALUES ('00000000-0000-0000-0000-000000000001', 28, '00000000-0000-0000-0000-000000000001', NULL, '127.0.0.1', 'session.create', 'session', 'b1339a86-f913-414c-91c0-7767d997050e', '01a22394-6309-708d-ad24-49e60c2fe8db', 'ok', NULL, 1795893256974933, '58a8d38ec4e12f69a51728da24dfba5793a50234236b3b0098ae9610b7942f39');
INSERT INTO public.audit_log VALUES ('00000000-0000-0000-0000-000000000001', 29, '00000000-0000-0000-0000-000000000001', NULL, '127.0.0.1', 'run.create', 'run', '01a22394-631c-74e8-88b5-17914a343b3a', '01a22394-6315-7372-9ff4-f3e099c71458', 'ok', NULL, 1795893256988869, 'bda1c6af35910fcc873322a315a6971d9a2a1e605066ad1b304c9152bac95bb5');
INSERT INTO public.audit_log VALUES ('00000000-0000-0000-0000-000000000001', 30, '00000000-0000-0000-0000-000000000001', NULL, '127.0.0.1', 'run.create', 'run', '01a22394-6345-717d-b742-77e84c839acb', '01a22394-633f-756c-9282-6e6e17c549dd', 'ok', NULL, 1795893257030267, 'b2bc49ef3833cf368d99ed1e826c5cad044a077bd13e73e09808a7d97bed280a');
INSERT INTO public.audit_log VALUES ('00000000-0000-0000-0000-000000000001', 35, '00000000-0000-0000-0000-000000000001', NULL, '127.0.0.1', 'session.create', 'session', '2fbfb71b-e85e-437b-b420-0393f09204ae', '01a22394-6467-708e-b86e-97495a7da2cf', 'ok', NULL, 1795893257322928, 'c541a3fcf3cf52d9b44ef9edff2c359b2894ee5c8572c5a985b6d61ad918c2ef');
INSERT INTO public.audit_log VALUES ('00000000-0000-0000-0000-000000000001', 36, '00000000-0000-0000-0000-000000000001', NULL, '127.0.0.1', 'run.create', 'run', '01a22394-6475-70db-b477-20aad3ce4cce', '01a22394-6473-75be-8b2c-5fcf617d3850', 'ok', NULL, 1795893257334907, 'd6e5caed52222378007fd7bd2f5ac58712c88688af21a2eea757777cdf01e5ef');
INSERT INTO public.audit_log VALUES ('00000000-0000-0000-0000-000000000001', 31, '00000000-0000-0000-0000-000000000001', NULL, '127.0.0.1', 'approval.decide', 'approval', 'd62d531a-2775-5fbc-9bc2-1d709b4f5acd', '01a22394-638c-76f7-bc25-b1eb927bbcca', 'ok', '{"decision":"approve","run_id":"01a22394-6345-717d-b742-77e84c839acb","tool_name":"create_plan","arguments_digest":"ebbe4f03f1fdf3028dfd1f61148a408496b59b4ea739cb0059d0b070f739f430"}', 1795893257113647, '8436084c0dc7e00833b2d5776dc77844a95da961e445b3caaa71830b07f914a7');
INSERT INTO public.audit_log VALUES ('00000000-0000-0000-0000-000000000001', 37, '00000000-0000-0000-0000-000000000001', NULL, '127.0.0.1', 'run.create', 'run', '01a22394-64bc-774b-b76d-7d03d964a56b', '01a22394-64b7-72a6-b5f6-5795a3ed3bae', 'ok', NULL, 1795893257404961, 'ee456d85e49262f8490a8f75ded94fe96975fb07484b70dac22e1ce4c5b653be');
INSERT INTO public.audit_log VALUES ('00000000-0000-0000-0000-000000000001', 39, '00000000-0000-0000-0000-000000000001', NULL, '127.0.0.1', 'run.create', 'run', '01a22394-6527-7054-b3ad-d50bd6bd48ab', '01a22394-6527-7054-b3ad-d50a73f091cb', 'ok', NULL, 1795893257518959, '93fbb3160437c090207321b7b607ee9e40b06737fda7785980ab398b9c39fc9e');
INSERT INTO public.audit_log VALUES ('00000000-0000-0000-0000-000000000001', 32, '00000000-0000-0000-0000-000000000001', NULL, '127.0.0.1', 'session.create', 'session', '98c7531f-f6a2-46ef-93cc-10504447942f', '01a22394-63f9-70dd-8639-514dbfdfc957', 'ok', NULL, 1795893257211875, 'e8cb741fb337a5415f00cfdbb98ca0e7eba1f823cc912111ccf94e36f7ee6798');
INSERT INTO public.audit_log VALUES ('00000000-0000-0000-0000-000000000001', 33, '00000000-0000-0000-0000-000000000001', NULL, '127.0.0.1', 'run.create', 'run', '01a22394-6409-759a-97e6-f7e700fbe1cf', '01a22394-6407-7059-938f-7996349a28bb', 'ok', NULL, 1795893257226122, '9b4d4cac888b7b97458a8adca34b2afbc30c99955c5c20df33068c72159806a0');
INSERT INTO public.audit_log VALUES ('00000000-0000-0000-0000-000000000001', 34, '00000000-0000-0000-0000-000000000001', NULL, '127.0.0.1', 'run.create', 'run', '01a22394-6433-75b9-990e-0ed99c7662d3', '01a22394-6427-7238-b9c8-dfcc7c247558', 'ok', NULL, 1795893257267564, 'f61fd0698b9f5e67ea86ff5fe3cf0aa3c49c57ab2d63f235d036b6f9344283d6');
INSERT INTO public.audit_log VALUES ('00000000-0000-0000-0000-000000000001', 38, '00000000-0000-0000-0000-000000000001', NULL, '127.0.0.1', 'run.create', 'run', '01a22394-64f8-76f0-b29a-6913d3462545', '01a22394-64f7-747e-94ed-f683c1ea7c3e', 'ok', NULL, 1795893257465005, '75f3bf02ed1a41a1c580626498b18a49317f14e1b6703903060c3313c233b47d');
INSERT INTO public.audit_log VALUES ('00000000-0000-0000-0000-000000000001', 40, '00000000-0000-0000-0000-000000000001', NULL, '127.0.0.1', 'auth.test_token', 'user', '00000000-0000-0000-0000-000000000001', '01a22394-d018-7484-902e-266cd24c935a', 'ok', NULL, 1795893284889586, '024a44a7636f041e7db7eddc3854bd39b227457125e44c545caa4f8cd6cfdb13');
INSERT INTO public.bindings VALUES ('01a22394-5f78-7638-ac8d-11bd321c8d70', '00000000-0000-0000-0000-000000000001', '01a22394-5eb7-77cc-9ebe-555aced45184', '01a22394-5f31-72f1-913f-c738fe2980ba', 'read', 15000, NULL, '[]', NULL, 1795893256056130, NULL);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-5f8d-777e-9d85-6e1731398823', 1, '01a22394-5f85-7480-9005-82ccf91023a2', 'run_started', '{"kind":"run_started","agent_id":"01a22394-5eb7-77cc-9ebe-555aced45184","agent_version":1,"trace_id":"01a22394-5f84-707b-bccf-c27a36eb4ddc","input":"Write it"}', 1, 1795893256219216);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-5f8d-777e-9d85-6e1731398823', 2, '01a22394-5f85-7480-9005-82ccf91023a2', 'model_requested', '{"kind":"model_requested","step":1}', 1, 1795893256219224);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-5f8d-777e-9d85-6e1731398823', 3, '01a22394-5f85-7480-9005-82ccf91023a2', 'model_answered', '{"kind":"model_answered","step":1,"text":"","finish":"tool_calls","usage":{"prompt_tokens":11,"completion_tokens":5,"cached_tokens":0,"reasoning_tokens":0},"planned":1}', 1, 1795893256284741);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-5f8d-777e-9d85-6e1731398823', 4, '01a22394-5f85-7480-9005-82ccf91023a2', 'tool_planned', '{"kind":"tool_planned","call_id":"3d8d7d31-82f8-599f-9f51-e847fcd2cc99","step":1,"ordinal":0,"provider_call_id":"call_1","offered_name":"write_file","name":"write_file","tool_id":"01a22394-5f31-72f1-913f-c738fe2980ba","args":{"text":"hello"},"effect":"idempotent","verdict":{"verdict":"ask","reason":"a human decides about calls of ''write_file''"}}', 1, 1795893256284782);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-5f8d-777e-9d85-6e1731398823', 5, '01a22394-5f85-7480-9005-82ccf91023a2', 'approval_requested', '{"kind":"approval_requested","approval_id":"ad0eee7d-c298-5864-aa08-5dc9e128cea0","call_id":"3d8d7d31-82f8-599f-9f51-e847fcd2cc99","name":"write_file","args":{"text":"hello"},"args_digest":"cbbbdcd27692344de5dbab3abcaba413fb0f45307267de7081401576df1cb176","reason":"a human decides about calls of ''write_file''"}', 1, 1795893256284785);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-5f8d-777e-9d85-6e1731398823', 1025, '01a22394-5f85-7480-9005-82ccf91023a2', 'approval_decided', '{"kind":"approval_decided","approval_id":"ad0eee7d-c298-5864-aa08-5dc9e128cea0","call_id":"3d8d7d31-82f8-599f-9f51-e847fcd2cc99","decision":"approve","args":null,"feedback":null}', 2, 1795893256446230);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-5f8d-777e-9d85-6e1731398823', 1026, '01a22394-5f85-7480-9005-82ccf91023a2', 'tool_dispatched', '{"kind":"tool_dispatched","call_id":"3d8d7d31-82f8-599f-9f51-e847fcd2cc99","attempt":1}', 2, 1795893256446235);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-5f8d-777e-9d85-6e1731398823', 1027, '01a22394-5f85-7480-9005-82ccf91023a2', 'tool_finished', '{"kind":"tool_finished","call_id":"3d8d7d31-82f8-599f-9f51-e847fcd2cc99","name":"write_file","outcome":{"status":"succeeded","output":{"done":"hello"}},"attempts":1,"duration_ms":2,"request":{"method":"POST","url":"http://127.0.0.1:18098/work","headers":{"accept":"application/json, text/plain;q=0.9, */*;q=0.8","accept-encoding":"identity","content-type":"application/json","traceparent":"00-01a223945f84707bbccfc27a36eb4ddc-3d8d7d3182f8599f-01","user-agent":"artel/0.1.0","x-idempotency-key":"3d8d7d31-82f8-599f-9f51-e847fcd2cc99","x-tenant-id":"00000000-0000-0000-0000-000000000001","x-trace-id":"01a22394-5f84-707b-bccf-c27a36eb4ddc","x-user-id":"00000000-0000-0000-0000-000000000001"}}}', 2, 1795893256451712);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-5f8d-777e-9d85-6e1731398823', 1028, '01a22394-5f85-7480-9005-82ccf91023a2', 'model_requested', '{"kind":"model_requested","step":2}', 2, 1795893256451718);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-5f8d-777e-9d85-6e1731398823', 1029, '01a22394-5f85-7480-9005-82ccf91023a2', 'delta', '{"kind":"delta","step":2,"text":"The tool said {\"done\":\"hello\"}"}', 2, 1795893256457093);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-5f8d-777e-9d85-6e1731398823', 1030, '01a22394-5f85-7480-9005-82ccf91023a2', 'model_answered', '{"kind":"model_answered","step":2,"text":"The tool said {\"done\":\"hello\"}","finish":"stop","usage":{"prompt_tokens":11,"completion_tokens":5,"cached_tokens":0,"reasoning_tokens":0},"planned":0}', 2, 1795893256457475);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-5f8d-777e-9d85-6e1731398823', 1031, '01a22394-5f85-7480-9005-82ccf91023a2', 'run_succeeded', '{"kind":"run_succeeded","output":"The tool said {\"done\":\"hello\"}","usage":{"prompt_tokens":22,"completion_tokens":10,"cached_tokens":0,"reasoning_tokens":0}}', 2, 1795893256457477);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-60f6-76a0-b070-6ec0e40d1d73', 1, '01a22394-60e9-732b-a1f2-ff0bdf1cc93f', 'run_started', '{"kind":"run_started","agent_id":"01a22394-5eb7-77cc-9ebe-555aced45184","agent_version":1,"trace_id":"01a22394-60e8-71b3-a526-0a48beb472ed","input":"Write it"}', 1, 1795893256463651);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-60f6-76a0-b070-6ec0e40d1d73', 2, '01a22394-60e9-732b-a1f2-ff0bdf1cc93f', 'model_requested', '{"kind":"model_requested","step":1}', 1, 1795893256463654);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-60f6-76a0-b070-6ec0e40d1d73', 3, '01a22394-60e9-732b-a1f2-ff0bdf1cc93f', 'model_answered', '{"kind":"model_answered","step":1,"text":"","finish":"tool_calls","usage":{"prompt_tokens":11,"completion_tokens":5,"cached_tokens":0,"reasoning_tokens":0},"planned":1}', 1, 1795893256468021);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-60f6-76a0-b070-6ec0e40d1d73', 4, '01a22394-60e9-732b-a1f2-ff0bdf1cc93f', 'tool_planned', '{"kind":"tool_planned","call_id":"623390e4-1bff-58c1-97e4-c14c84ade93c","step":1,"ordinal":0,"provider_call_id":"call_1","offered_name":"write_file","name":"write_file","tool_id":"01a22394-5f31-72f1-913f-c738fe2980ba","args":{"text":"hello"},"effect":"idempotent","verdict":{"verdict":"ask","reason":"a human decides about calls of ''write_file''"}}', 1, 1795893256468054);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-60f6-76a0-b070-6ec0e40d1d73', 5, '01a22394-60e9-732b-a1f2-ff0bdf1cc93f', 'approval_requested', '{"kind":"approval_requested","approval_id":"601afe04-fe22-5e4d-9404-96f600924ca1","call_id":"623390e4-1bff-58c1-97e4-c14c84ade93c","name":"write_file","args":{"text":"hello"},"args_digest":"cbbbdcd27692344de5dbab3abcaba413fb0f45307267de7081401576df1cb176","reason":"a human decides about calls of ''write_file''"}', 1, 1795893256468055);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-60f6-76a0-b070-6ec0e40d1d73', 1025, '01a22394-60e9-732b-a1f2-ff0bdf1cc93f', 'approval_decided', '{"kind":"approval_decided","approval_id":"601afe04-fe22-5e4d-9404-96f600924ca1","call_id":"623390e4-1bff-58c1-97e4-c14c84ade93c","decision":"edit","args":{"text":"edited"},"feedback":"better"}', 2, 1795893256527173);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-60f6-76a0-b070-6ec0e40d1d73', 1026, '01a22394-60e9-732b-a1f2-ff0bdf1cc93f', 'tool_dispatched', '{"kind":"tool_dispatched","call_id":"623390e4-1bff-58c1-97e4-c14c84ade93c","attempt":1}', 2, 1795893256527183);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-6133-73de-8f4c-36d75ec3e2b6', 1, '01a22394-612f-738e-b8b4-159c102639b4', 'run_started', '{"kind":"run_started","agent_id":"01a22394-5eb7-77cc-9ebe-555aced45184","agent_version":1,"trace_id":"01a22394-612f-738e-b8b4-159bb24964bc","input":"Write it"}', 1, 1795893256522258);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-6133-73de-8f4c-36d75ec3e2b6', 2, '01a22394-612f-738e-b8b4-159c102639b4', 'model_requested', '{"kind":"model_requested","step":1}', 1, 1795893256522265);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-6133-73de-8f4c-36d75ec3e2b6', 3, '01a22394-612f-738e-b8b4-159c102639b4', 'model_answered', '{"kind":"model_answered","step":1,"text":"","finish":"tool_calls","usage":{"prompt_tokens":11,"completion_tokens":5,"cached_tokens":0,"reasoning_tokens":0},"planned":1}', 1, 1795893256539726);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-6133-73de-8f4c-36d75ec3e2b6', 4, '01a22394-612f-738e-b8b4-159c102639b4', 'tool_planned', '{"kind":"tool_planned","call_id":"308e7ca2-bc0a-5e9d-9134-8013473d2be2","step":1,"ordinal":0,"provider_call_id":"call_1","offered_name":"write_file","name":"write_file","tool_id":"01a22394-5f31-72f1-913f-c738fe2980ba","args":{"text":"hello"},"effect":"idempotent","verdict":{"verdict":"ask","reason":"a human decides about calls of ''write_file''"}}', 1, 1795893256539783);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-60f6-76a0-b070-6ec0e40d1d73', 1029, '01a22394-60e9-732b-a1f2-ff0bdf1cc93f', 'delta', '{"kind":"delta","step":2,"text":"The tool said {\"done\":\"edited\"}"}', 2, 1795893256555604);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '7860f0d0-e8c9-4775-92d5-0fab6c58a46a', 6, '01a22394-61e5-772b-9d5e-870665bfb708', 'delta', '{"kind":"delta","step":1,"text":"hello"}', 1, 1795893256703737);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-6133-73de-8f4c-36d75ec3e2b6', 5, '01a22394-612f-738e-b8b4-159c102639b4', 'approval_requested', '{"kind":"approval_requested","approval_id":"3e1be572-ad34-5404-b88d-60a91d286457","call_id":"308e7ca2-bc0a-5e9d-9134-8013473d2be2","name":"write_file","args":{"text":"hello"},"args_digest":"cbbbdcd27692344de5dbab3abcaba413fb0f45307267de7081401576df1cb176","reason":"a human decides about calls of ''write_file''"}', 1, 1795893256539785);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-60f6-76a0-b070-6ec0e40d1d73', 1027, '01a22394-60e9-732b-a1f2-ff0bdf1cc93f', 'tool_finished', '{"kind":"tool_finished","call_id":"623390e4-1bff-58c1-97e4-c14c84ade93c","name":"write_file","outcome":{"status":"succeeded","output":{"done":"edited"}},"attempts":1,"duration_ms":2,"request":{"method":"POST","url":"http://127.0.0.1:18098/work","headers":{"accept":"application/json, text/plain;q=0.9, */*;q=0.8","accept-encoding":"identity","content-type":"application/json","traceparent":"00-01a2239460e871b3a5260a48beb472ed-623390e41bff58c1-01","user-agent":"artel/0.1.0","x-idempotency-key":"623390e4-1bff-58c1-97e4-c14c84ade93c","x-tenant-id":"00000000-0000-0000-0000-000000000001","x-trace-id":"01a22394-60e8-71b3-a526-0a48beb472ed","x-user-id":"00000000-0000-0000-0000-000000000001"}}}', 2, 1795893256538099);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-60f6-76a0-b070-6ec0e40d1d73', 1028, '01a22394-60e9-732b-a1f2-ff0bdf1cc93f', 'model_requested', '{"kind":"model_requested","step":2}', 2, 1795893256538105);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-6133-73de-8f4c-36d75ec3e2b6', 1025, '01a22394-612f-738e-b8b4-159c102639b4', 'approval_decided', '{"kind":"approval_decided","approval_id":"3e1be572-ad34-5404-b88d-60a91d286457","call_id":"308e7ca2-bc0a-5e9d-9134-8013473d2be2","decision":"reject","args":null,"feedback":"no"}', 2, 1795893256570240);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-6133-73de-8f4c-36d75ec3e2b6', 1026, '01a22394-612f-738e-b8b4-159c102639b4', 'tool_finished', '{"kind":"tool_finished","call_id":"308e7ca2-bc0a-5e9d-9134-8013473d2be2","name":"write_file","outcome":{"status":"failed","error":"a human rejected this call: no"},"attempts":0,"duration_ms":0}', 2, 1795893256570250);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-6133-73de-8f4c-36d75ec3e2b6', 1027, '01a22394-612f-738e-b8b4-159c102639b4', 'model_requested', '{"kind":"model_requested","step":2}', 2, 1795893256570252);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-6171-701b-addf-4e2d5ab1f550', 1, '01a22394-6170-742f-a3dc-77632bd37573', 'run_started', '{"kind":"run_started","agent_id":"01a22394-5eb7-77cc-9ebe-555aced45184","agent_version":1,"trace_id":"01a22394-616f-704b-8e6c-6dd638f3dfb7","input":"Write it"}', 1, 1795893256580876);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-6171-701b-addf-4e2d5ab1f550', 2, '01a22394-6170-742f-a3dc-77632bd37573', 'model_requested', '{"kind":"model_requested","step":1}', 1, 1795893256580880);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', 'two-runs', 1, '01a22394-61b5-7396-bb3e-194c057c77d8', 'run_started', '{"kind":"run_started","agent_id":"01a22394-5eb7-77cc-9ebe-555aced45184","agent_version":1,"trace_id":"01a22394-61b4-70ca-b47f-b25b3eab3513","input":"hello"}', 1, 1795893256638075);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', 'two-runs', 2, '01a22394-61b5-7396-bb3e-194c057c77d8', 'model_requested', '{"kind":"model_requested","step":1}', 1, 1795893256638080);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '7860f0d0-e8c9-4775-92d5-0fab6c58a46a', 9, '01a22394-6207-712c-96f5-3e459a2b7b6e', 'run_started', '{"kind":"run_started","agent_id":"f364adfa-0960-57ee-bead-9534213ec2b8","agent_version":1,"trace_id":"01a22394-6203-71c3-bfbb-8435e893f532","input":"Read the file","team":{"agent":"coder","route":true,"model":"openai:gpt-4o-mini"}}', 1, 1795893256721216);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '7860f0d0-e8c9-4775-92d5-0fab6c58a46a', 10, '01a22394-6207-712c-96f5-3e459a2b7b6e', 'route_requested', '{"kind":"route_requested"}', 1, 1795893256721221);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '7860f0d0-e8c9-4775-92d5-0fab6c58a46a', 1033, '01a22394-6207-712c-96f5-3e459a2b7b6e', 'tool_finished', '{"kind":"tool_finished","call_id":"a1f9098c-e580-5555-a38c-3b813b95f23a","name":"read_file","outcome":{"status":"succeeded","output":{"content":"hi"}},"attempts":1,"duration_ms":17}', 2, 1795893256771915);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '7860f0d0-e8c9-4775-92d5-0fab6c58a46a', 1034, '01a22394-6207-712c-96f5-3e459a2b7b6e', 'model_requested', '{"kind":"model_requested","step":2}', 2, 1795893256771923);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '7860f0d0-e8c9-4775-92d5-0fab6c58a46a', 1042, '01a22394-6266-7061-a784-a6a20c78170e', 'model_answered', '{"kind":"model_answered","step":1,"text":"","finish":"tool_calls","usage":{"prompt_tokens":11,"completion_tokens":5,"cached_tokens":0,"reasoning_tokens":0},"planned":1}', 1, 1795893256860190);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '7860f0d0-e8c9-4775-92d5-0fab6c58a46a', 1043, '01a22394-6266-7061-a784-a6a20c78170e', 'tool_planned', '{"kind":"tool_planned","call_id":"ec095c2f-57a9-58e9-b209-d691f0569133","step":1,"ordinal":0,"provider_call_id":"call_1","offered_name":"switch_mode","name":"switch_mode","tool_id":null,"args":{"mode":"ask","reason":"a question"},"effect":"read_only","verdict":{"verdict":"allow"},"executor":"control"}', 1, 1795893256860221);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '7860f0d0-e8c9-4775-92d5-0fab6c58a46a', 1044, '01a22394-6266-7061-a784-a6a20c78170e', 'agent_switched', '{"kind":"agent_switched","from":"coder","to":"ask","reason":"a question","confidence":null,"cause":"model"}', 1, 1795893256860222);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '7860f0d0-e8c9-4775-92d5-0fab6c58a46a', 1045, '01a22394-6266-7061-a784-a6a20c78170e', 'tool_finished', '{"kind":"tool_finished","call_id":"ec095c2f-57a9-58e9-b209-d691f0569133","name":"switch_mode","outcome":{"status":"succeeded","output":"Switched to ask agent"},"attempts":0,"duration_ms":0}', 1, 1795893256860232);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '7860f0d0-e8c9-4775-92d5-0fab6c58a46a', 1046, '01a22394-6266-7061-a784-a6a20c78170e', 'model_requested', '{"kind":"model_requested","step":2}', 1, 1795893256860234);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '7860f0d0-e8c9-4775-92d5-0fab6c58a46a', 1047, '01a22394-6266-7061-a784-a6a20c78170e', 'delta', '{"kind":"delta","step":2,"text":"The tool said Switched to ask agent"}', 1, 1795893256877493);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '7860f0d0-e8c9-4775-92d5-0fab6c58a46a', 1048, '01a22394-6266-7061-a784-a6a20c78170e', 'model_answered', '{"kind":"model_answered","step":2,"text":"The tool said Switched to ask agent","finish":"stop","usage":{"prompt_tokens":11,"completion_tokens":5,"cached_tokens":0,"reasoning_tokens":0},"planned":0}', 1, 1795893256877788);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '7860f0d0-e8c9-4775-92d5-0fab6c58a46a', 1049, '01a22394-6266-7061-a784-a6a20c78170e', 'run_succeeded', '{"kind":"run_succeeded","output":"The tool said Switched to ask agent","usage":{"prompt_tokens":33,"completion_tokens":15,"cached_tokens":0,"reasoning_tokens":0}}', 1, 1795893256877806);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', 'b275b444-4a6c-4df8-9c4b-6dd3128ad320', 6, '01a22394-62c8-71b6-9208-99383bd471db', 'model_answered', '{"kind":"model_answered","step":1,"text":"","finish":"tool_calls","usage":{"prompt_tokens":11,"completion_tokens":5,"cached_tokens":0,"reasoning_tokens":0},"planned":1}', 1, 1795893256945730);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', 'b275b444-4a6c-4df8-9c4b-6dd3128ad320', 7, '01a22394-62c8-71b6-9208-99383bd471db', 'tool_planned', '{"kind":"tool_planned","call_id":"fdfe9c79-eb6c-5b73-8d93-163e773cce69","step":1,"ordinal":0,"provider_call_id":"call_1","offered_name":"read_file","name":"read_file","tool_id":null,"args":{"path":"hello.txt"},"effect":"read_only","verdict":{"verdict":"allow"},"executor":"client"}', 1, 1795893256945752);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', 'b275b444-4a6c-4df8-9c4b-6dd3128ad320', 8, '01a22394-62c8-71b6-9208-99383bd471db', 'tool_dispatched', '{"kind":"tool_dispatched","call_id":"fdfe9c79-eb6c-5b73-8d93-163e773cce69","attempt":1}', 1, 1795893256945754);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', 'b1339a86-f913-414c-91c0-7767d997050e', 1028, '01a22394-6345-717d-b742-77e84c839acb', 'approval_decided', '{"kind":"approval_decided","approval_id":"d62d531a-2775-5fbc-9bc2-1d709b4f5acd","call_id":"7a187354-4568-5956-8881-69801dfb2339","decision":"approve","args":null,"feedback":null}', 2, 1795893257143459);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-60f6-76a0-b070-6ec0e40d1d73', 1030, '01a22394-60e9-732b-a1f2-ff0bdf1cc93f', 'model_answered', '{"kind":"model_answered","step":2,"text":"The tool said {\"done\":\"edited\"}","finish":"stop","usage":{"prompt_tokens":11,"completion_tokens":5,"cached_tokens":0,"reasoning_tokens":0},"planned":0}', 2, 1795893256555634);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-60f6-76a0-b070-6ec0e40d1d73', 1031, '01a22394-60e9-732b-a1f2-ff0bdf1cc93f', 'run_succeeded', '{"kind":"run_succeeded","output":"The tool said {\"done\":\"edited\"}","usage":{"prompt_tokens":22,"completion_tokens":10,"cached_tokens":0,"reasoning_tokens":0}}', 2, 1795893256555635);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', 'two-runs', 3, '01a22394-61b5-7396-bb3e-194c057c77d8', 'delta', '{"kind":"delta","step":1,"text":"hello"}', 1, 1795893256642258);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', 'two-runs', 4, '01a22394-61b5-7396-bb3e-194c057c77d8', 'model_answered', '{"kind":"model_answered","step":1,"text":"hello","finish":"stop","usage":{"prompt_tokens":11,"completion_tokens":5,"cached_tokens":0,"reasoning_tokens":0},"planned":0}', 1, 1795893256642388);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', 'two-runs', 5, '01a22394-61b5-7396-bb3e-194c057c77d8', 'run_succeeded', '{"kind":"run_succeeded","output":"hello","usage":{"prompt_tokens":11,"completion_tokens":5,"cached_tokens":0,"reasoning_tokens":0}}', 1, 1795893256642395);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '7860f0d0-e8c9-4775-92d5-0fab6c58a46a', 11, '01a22394-6207-712c-96f5-3e459a2b7b6e', 'routed', '{"kind":"routed","agent":"coder","confidence":"high","reason":"it is code","by":"model","usage":{"prompt_tokens":11,"completion_tokens":5,"cached_tokens":0,"reasoning_tokens":0}}', 1, 1795893256725322);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '7860f0d0-e8c9-4775-92d5-0fab6c58a46a', 12, '01a22394-6207-712c-96f5-3e459a2b7b6e', 'model_requested', '{"kind":"model_requested","step":1}', 1, 1795893256725325);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '7860f0d0-e8c9-4775-92d5-0fab6c58a46a', 1035, '01a22394-6207-712c-96f5-3e459a2b7b6e', 'delta', '{"kind":"delta","step":2,"text":"The tool said {\"content\":\"hi\"}"}', 2, 1795893256791548);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '7860f0d0-e8c9-4775-92d5-0fab6c58a46a', 1036, '01a22394-6207-712c-96f5-3e459a2b7b6e', 'model_answered', '{"kind":"model_answered","step":2,"text":"The tool said {\"content\":\"hi\"}","finish":"stop","usage":{"prompt_tokens":11,"completion_tokens":5,"cached_tokens":0,"reasoning_tokens":0},"planned":0}', 2, 1795893256791828);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '7860f0d0-e8c9-4775-92d5-0fab6c58a46a', 1037, '01a22394-6207-712c-96f5-3e459a2b7b6e', 'run_succeeded', '{"kind":"run_succeeded","output":"The tool said {\"content\":\"hi\"}","usage":{"prompt_tokens":33,"completion_tokens":15,"cached_tokens":0,"reasoning_tokens":0}}', 2, 1795893256791831);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', 'b275b444-4a6c-4df8-9c4b-6dd3128ad320', 1, '01a22394-62c8-71b6-9208-99383bd471db', 'run_started', '{"kind":"run_started","agent_id":"f364adfa-0960-57ee-bead-9534213ec2b8","agent_version":1,"trace_id":"01a22394-62c1-758a-82ac-4fbe3d06fed5","input":"Read the file","team":{"agent":"orchestrator","route":true,"model":"openai:gpt-4o-mini"}}', 1, 1795893256918910);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', 'b275b444-4a6c-4df8-9c4b-6dd3128ad320', 2, '01a22394-62c8-71b6-9208-99383bd471db', 'route_requested', '{"kind":"route_requested"}', 1, 1795893256918915);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', 'b1339a86-f913-414c-91c0-7767d997050e', 1, '01a22394-631c-74e8-88b5-17914a343b3a', 'run_started', '{"kind":"run_started","agent_id":"f364adfa-0960-57ee-bead-9534213ec2b8","agent_version":1,"trace_id":"01a22394-6315-7372-9ff4-f3e099c71458","input":"","team":{"agent":"orchestrator","route":false,"switch_to":"architect","reason":"User requested agent switch","model":"openai:gpt-4o-mini"}}', 1, 1795893257003054);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', 'b1339a86-f913-414c-91c0-7767d997050e', 2, '01a22394-631c-74e8-88b5-17914a343b3a', 'agent_switched', '{"kind":"agent_switched","from":"orchestrator","to":"architect","reason":"User requested agent switch","confidence":null,"cause":"user"}', 1, 1795893257003062);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', 'b1339a86-f913-414c-91c0-7767d997050e', 3, '01a22394-631c-74e8-88b5-17914a343b3a', 'run_succeeded', '{"kind":"run_succeeded","output":"","usage":null}', 1, 1795893257003062);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '2fbfb71b-e85e-437b-b420-0393f09204ae', 1, '01a22394-6475-70db-b477-20aad3ce4cce', 'run_started', '{"kind":"run_started","agent_id":"f364adfa-0960-57ee-bead-9534213ec2b8","agent_version":1,"trace_id":"01a22394-6473-75be-8b2c-5fcf617d3850","input":"Read the file","team":{"agent":"orchestrator","route":true,"model":"openai:gpt-4o-mini"}}', 1, 1795893257350374);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '2fbfb71b-e85e-437b-b420-0393f09204ae', 2, '01a22394-6475-70db-b477-20aad3ce4cce', 'route_requested', '{"kind":"route_requested"}', 1, 1795893257350379);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '2fbfb71b-e85e-437b-b420-0393f09204ae', 1025, '01a22394-6475-70db-b477-20aad3ce4cce', 'tool_finished', '{"kind":"tool_finished","call_id":"26da110d-eac4-5532-bdec-2d301b4d42e6","name":"read_file","outcome":{"status":"failed","error":"superseded: the user went on before this call had a result"},"attempts":1,"duration_ms":0}', 2, 1795893257423292);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '2fbfb71b-e85e-437b-b420-0393f09204ae', 1026, '01a22394-6475-70db-b477-20aad3ce4cce', 'run_failed', '{"kind":"run_failed","code":"superseded","message":"the conversation went on before this run was over","usage":{"prompt_tokens":22,"completion_tokens":10,"cached_tokens":0,"reasoning_tokens":0}}', 2, 1795893257423326);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '2fbfb71b-e85e-437b-b420-0393f09204ae', 1027, '01a22394-64bc-774b-b76d-7d03d964a56b', 'run_started', '{"kind":"run_started","agent_id":"f364adfa-0960-57ee-bead-9534213ec2b8","agent_version":1,"trace_id":"01a22394-64b7-72a6-b5f6-5795a3ed3bae","input":"hello","team":{"agent":"coder","route":true,"model":"openai:gpt-4o-mini"}}', 1, 1795893257431298);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '2fbfb71b-e85e-437b-b420-0393f09204ae', 1028, '01a22394-64bc-774b-b76d-7d03d964a56b', 'route_requested', '{"kind":"route_requested"}', 1, 1795893257431303);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-64f8-76f0-b29a-6914c67e5c4f', 3, '01a22394-64f8-76f0-b29a-6913d3462545', 'run_failed', '{"kind":"run_failed","code":"model_rejected","message":"the model provider refused the request: openai: it answered 400: no explanation","usage":null}', 1, 1795893257495459);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-652e-7725-bb5a-c485a27b3470', 8, '01a22394-6527-7054-b3ad-d50bd6bd48ab', 'delta', '{"kind":"delta","step":1,"text":"word5 "}', 1, 1795893258587546);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-652e-7725-bb5a-c485a27b3470', 9, '01a22394-6527-7054-b3ad-d50bd6bd48ab', 'delta', '{"kind":"delta","step":1,"text":"word6 "}', 1, 1795893258786881);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-6133-73de-8f4c-36d75ec3e2b6', 1028, '01a22394-612f-738e-b8b4-159c102639b4', 'delta', '{"kind":"delta","step":2,"text":"The tool said Error: a human rejected this call: no"}', 2, 1795893256577327);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-6133-73de-8f4c-36d75ec3e2b6', 1029, '01a22394-612f-738e-b8b4-159c102639b4', 'model_answered', '{"kind":"model_answered","step":2,"text":"The tool said Error: a human rejected this call: no","finish":"stop","usage":{"prompt_tokens":11,"completion_tokens":5,"cached_tokens":0,"reasoning_tokens":0},"planned":0}', 2, 1795893256577394);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-6133-73de-8f4c-36d75ec3e2b6', 1030, '01a22394-612f-738e-b8b4-159c102639b4', 'run_succeeded', '{"kind":"run_succeeded","output":"The tool said Error: a human rejected this call: no","usage":{"prompt_tokens":22,"completion_tokens":10,"cached_tokens":0,"reasoning_tokens":0}}', 2, 1795893256577395);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-6171-701b-addf-4e2d5ab1f550', 3, '01a22394-6170-742f-a3dc-77632bd37573', 'model_answered', '{"kind":"model_answered","step":1,"text":"","finish":"tool_calls","usage":{"prompt_tokens":11,"completion_tokens":5,"cached_tokens":0,"reasoning_tokens":0},"planned":1}', 1, 1795893256583980);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-6171-701b-addf-4e2d5ab1f550', 4, '01a22394-6170-742f-a3dc-77632bd37573', 'tool_planned', '{"kind":"tool_planned","call_id":"ae8f6cbd-a3f7-5edb-ad69-6020cdc612b3","step":1,"ordinal":0,"provider_call_id":"call_1","offered_name":"write_file","name":"write_file","tool_id":"01a22394-5f31-72f1-913f-c738fe2980ba","args":{"text":"hello"},"effect":"idempotent","verdict":{"verdict":"ask","reason":"a human decides about calls of ''write_file''"}}', 1, 1795893256584038);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-6171-701b-addf-4e2d5ab1f550', 5, '01a22394-6170-742f-a3dc-77632bd37573', 'approval_requested', '{"kind":"approval_requested","approval_id":"63265cca-23c5-56d0-8b5a-43a3e8151aeb","call_id":"ae8f6cbd-a3f7-5edb-ad69-6020cdc612b3","name":"write_file","args":{"text":"hello"},"args_digest":"cbbbdcd27692344de5dbab3abcaba413fb0f45307267de7081401576df1cb176","reason":"a human decides about calls of ''write_file''"}', 1, 1795893256584040);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-6191-746b-91fd-af3d7c47bbf3', 3, '01a22394-6190-769e-9f10-81302833994d', 'model_answered', '{"kind":"model_answered","step":1,"text":"","finish":"tool_calls","usage":{"prompt_tokens":11,"completion_tokens":5,"cached_tokens":0,"reasoning_tokens":0},"planned":1}', 1, 1795893256614457);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-6191-746b-91fd-af3d7c47bbf3', 4, '01a22394-6190-769e-9f10-81302833994d', 'tool_planned', '{"kind":"tool_planned","call_id":"7d61d41f-2bde-5e43-b148-ca39d960fa52","step":1,"ordinal":0,"provider_call_id":"call_1","offered_name":"write_file","name":"write_file","tool_id":"01a22394-5f31-72f1-913f-c738fe2980ba","args":{"text":"hello"},"effect":"idempotent","verdict":{"verdict":"ask","reason":"a human decides about calls of ''write_file''"}}', 1, 1795893256614487);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-6191-746b-91fd-af3d7c47bbf3', 5, '01a22394-6190-769e-9f10-81302833994d', 'approval_requested', '{"kind":"approval_requested","approval_id":"c781c29b-6b6f-5c17-a62b-1f14dd75801e","call_id":"7d61d41f-2bde-5e43-b148-ca39d960fa52","name":"write_file","args":{"text":"hello"},"args_digest":"cbbbdcd27692344de5dbab3abcaba413fb0f45307267de7081401576df1cb176","reason":"a human decides about calls of ''write_file''"}', 1, 1795893256614489);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-6191-746b-91fd-af3d7c47bbf3', 1025, '01a22394-6190-769e-9f10-81302833994d', 'cancel_requested', '{"kind":"cancel_requested"}', 2, 1795893256648251);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-6191-746b-91fd-af3d7c47bbf3', 1026, '01a22394-6190-769e-9f10-81302833994d', 'tool_finished', '{"kind":"tool_finished","call_id":"7d61d41f-2bde-5e43-b148-ca39d960fa52","name":"write_file","outcome":{"status":"failed","error":"the run was cancelled before this call was made"},"attempts":0,"duration_ms":0}', 2, 1795893256648262);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-6191-746b-91fd-af3d7c47bbf3', 1027, '01a22394-6190-769e-9f10-81302833994d', 'run_failed', '{"kind":"run_failed","code":"cancelled","message":"cancelled","usage":{"prompt_tokens":11,"completion_tokens":5,"cached_tokens":0,"reasoning_tokens":0}}', 2, 1795893256648262);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '7860f0d0-e8c9-4775-92d5-0fab6c58a46a', 3, '01a22394-61e5-772b-9d5e-870665bfb708', 'routed', '{"kind":"routed","agent":"coder","confidence":"high","reason":"it is code","by":"model","usage":{"prompt_tokens":11,"completion_tokens":5,"cached_tokens":0,"reasoning_tokens":0}}', 1, 1795893256691959);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '7860f0d0-e8c9-4775-92d5-0fab6c58a46a', 4, '01a22394-61e5-772b-9d5e-870665bfb708', 'agent_switched', '{"kind":"agent_switched","from":"orchestrator","to":"coder","reason":"it is code","confidence":"high","cause":"router"}', 1, 1795893256691964);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '7860f0d0-e8c9-4775-92d5-0fab6c58a46a', 5, '01a22394-61e5-772b-9d5e-870665bfb708', 'model_requested', '{"kind":"model_requested","step":1}', 1, 1795893256691965);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '7860f0d0-e8c9-4775-92d5-0fab6c58a46a', 13, '01a22394-6207-712c-96f5-3e459a2b7b6e', 'model_answered', '{"kind":"model_answered","step":1,"text":"","finish":"tool_calls","usage":{"prompt_tokens":11,"completion_tokens":5,"cached_tokens":0,"reasoning_tokens":0},"planned":1}', 1, 1795893256730664);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '7860f0d0-e8c9-4775-92d5-0fab6c58a46a', 14, '01a22394-6207-712c-96f5-3e459a2b7b6e', 'tool_planned', '{"kind":"tool_planned","call_id":"a1f9098c-e580-5555-a38c-3b813b95f23a","step":1,"ordinal":0,"provider_call_id":"call_1","offered_name":"read_file","name":"read_file","tool_id":null,"args":{"path":"hello.txt"},"effect":"read_only","verdict":{"verdict":"allow"},"executor":"client"}', 1, 1795893256730702);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '7860f0d0-e8c9-4775-92d5-0fab6c58a46a', 15, '01a22394-6207-712c-96f5-3e459a2b7b6e', 'tool_dispatched', '{"kind":"tool_dispatched","call_id":"a1f9098c-e580-5555-a38c-3b813b95f23a","attempt":1}', 1, 1795893256730704);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', 'b1339a86-f913-414c-91c0-7767d997050e', 1044, '01a22394-6345-717d-b742-77e84c839acb', 'delta', '{"kind":"delta","step":4,"text":"done: Subtask 1 of 2: Look"}', 2, 1795893257191873);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', 'b1339a86-f913-414c-91c0-7767d997050e', 1045, '01a22394-6345-717d-b742-77e84c839acb', 'model_answered', '{"kind":"model_answered","step":4,"text":"done: Subtask 1 of 2: Look","finish":"stop","usage":{"prompt_tokens":11,"completion_tokens":5,"cached_tokens":0,"reasoning_tokens":0},"planned":0}', 2, 1795893257191923);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', 'b1339a86-f913-414c-91c0-7767d997050e', 1046, '01a22394-6345-717d-b742-77e84c839acb', 'subtask_finished', '{"kind":"subtask_finished","index":0,"result":"done: Subtask 1 of 2: Look"}', 2, 1795893257191929);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', 'b1339a86-f913-414c-91c0-7767d997050e', 1047, '01a22394-6345-717d-b742-77e84c839acb', 'plan_finished', '{"kind":"plan_finished"}', 2, 1795893257191952);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', 'b1339a86-f913-414c-91c0-7767d997050e', 1048, '01a22394-6345-717d-b742-77e84c839acb', 'run_succeeded', '{"kind":"run_succeeded","output":"A greeting\n\n1. Look\ndone: Subtask 1 of 2: Look\n\n2. Write\ndone: Subtask 2 of 2: Write","usage":{"prompt_tokens":44,"completion_tokens":20,"cached_tokens":0,"reasoning_tokens":0}}', 2, 1795893257191952);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-652e-7725-bb5a-c485a27b3470', 1, '01a22394-6527-7054-b3ad-d50bd6bd48ab', 'run_started', '{"kind":"run_started","agent_id":"01a22394-5eb7-77cc-9ebe-555aced45184","agent_version":1,"trace_id":"01a22394-6527-7054-b3ad-d50a73f091cb","input":"Talk"}', 1, 1795893257527086);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-652e-7725-bb5a-c485a27b3470', 2, '01a22394-6527-7054-b3ad-d50bd6bd48ab', 'model_requested', '{"kind":"model_requested","step":1}', 1, 1795893257527092);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-652e-7725-bb5a-c485a27b3470', 4, '01a22394-6527-7054-b3ad-d50bd6bd48ab', 'delta', '{"kind":"delta","step":1,"text":"word1 "}', 1, 1795893257790869);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-652e-7725-bb5a-c485a27b3470', 5, '01a22394-6527-7054-b3ad-d50bd6bd48ab', 'delta', '{"kind":"delta","step":1,"text":"word2 "}', 1, 1795893257990349);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-6191-746b-91fd-af3d7c47bbf3', 1, '01a22394-6190-769e-9f10-81302833994d', 'run_started', '{"kind":"run_started","agent_id":"01a22394-5eb7-77cc-9ebe-555aced45184","agent_version":1,"trace_id":"01a22394-6190-769e-9f10-812f9ee47edc","input":"Write it"}', 1, 1795893256610238);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-6191-746b-91fd-af3d7c47bbf3', 2, '01a22394-6190-769e-9f10-81302833994d', 'model_requested', '{"kind":"model_requested","step":1}', 1, 1795893256610245);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '7860f0d0-e8c9-4775-92d5-0fab6c58a46a', 1, '01a22394-61e5-772b-9d5e-870665bfb708', 'run_started', '{"kind":"run_started","agent_id":"f364adfa-0960-57ee-bead-9534213ec2b8","agent_version":1,"trace_id":"01a22394-61df-7167-9699-2852690b5874","input":"hello","team":{"agent":"orchestrator","route":true,"model":"openai:gpt-4o-mini"}}', 1, 1795893256686955);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '7860f0d0-e8c9-4775-92d5-0fab6c58a46a', 2, '01a22394-61e5-772b-9d5e-870665bfb708', 'route_requested', '{"kind":"route_requested"}', 1, 1795893256686960);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '7860f0d0-e8c9-4775-92d5-0fab6c58a46a', 1040, '01a22394-6266-7061-a784-a6a20c78170e', 'routed', '{"kind":"routed","agent":"coder","confidence":"high","reason":"it is code","by":"model","usage":{"prompt_tokens":11,"completion_tokens":5,"cached_tokens":0,"reasoning_tokens":0}}', 1, 1795893256847391);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '7860f0d0-e8c9-4775-92d5-0fab6c58a46a', 1041, '01a22394-6266-7061-a784-a6a20c78170e', 'model_requested', '{"kind":"model_requested","step":1}', 1, 1795893256847395);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', 'b275b444-4a6c-4df8-9c4b-6dd3128ad320', 3, '01a22394-62c8-71b6-9208-99383bd471db', 'routed', '{"kind":"routed","agent":"coder","confidence":"high","reason":"it is code","by":"model","usage":{"prompt_tokens":11,"completion_tokens":5,"cached_tokens":0,"reasoning_tokens":0}}', 1, 1795893256931527);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', 'b275b444-4a6c-4df8-9c4b-6dd3128ad320', 4, '01a22394-62c8-71b6-9208-99383bd471db', 'agent_switched', '{"kind":"agent_switched","from":"orchestrator","to":"coder","reason":"it is code","confidence":"high","cause":"router"}', 1, 1795893256931531);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', 'b275b444-4a6c-4df8-9c4b-6dd3128ad320', 5, '01a22394-62c8-71b6-9208-99383bd471db', 'model_requested', '{"kind":"model_requested","step":1}', 1, 1795893256931532);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', 'b1339a86-f913-414c-91c0-7767d997050e', 6, '01a22394-6345-717d-b742-77e84c839acb', 'model_answered', '{"kind":"model_answered","step":1,"text":"","finish":"tool_calls","usage":{"prompt_tokens":11,"completion_tokens":5,"cached_tokens":0,"reasoning_tokens":0},"planned":1}', 1, 1795893257076496);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', 'b1339a86-f913-414c-91c0-7767d997050e', 7, '01a22394-6345-717d-b742-77e84c839acb', 'tool_planned', '{"kind":"tool_planned","call_id":"7a187354-4568-5956-8881-69801dfb2339","step":1,"ordinal":0,"provider_call_id":"call_1","offered_name":"create_plan","name":"create_plan","tool_id":null,"args":{"title":"A greeting","description":"Write it, then look at it","subtasks":[{"title":"Look","description":"Say what is in hello.txt","agent":"ask","estimated_time_minutes":1,"dependencies":[1]},{"title":"Write","description":"Write hello.txt","agent":"coder","estimated_time_minutes":2}]},"effect":"read_only","verdict":{"verdict":"ask","reason":"the plan is carried out when you approve it"},"executor":"control"}', 1, 1795893257076584);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', 'b1339a86-f913-414c-91c0-7767d997050e', 8, '01a22394-6345-717d-b742-77e84c839acb', 'approval_requested', '{"kind":"approval_requested","approval_id":"d62d531a-2775-5fbc-9bc2-1d709b4f5acd","call_id":"7a187354-4568-5956-8881-69801dfb2339","name":"create_plan","args":{"title":"A greeting","description":"Write it, then look at it","subtasks":[{"title":"Look","description":"Say what is in hello.txt","agent":"ask","estimated_time_minutes":1,"dependencies":[1]},{"title":"Write","description":"Write hello.txt","agent":"coder","estimated_time_minutes":2}]},"args_digest":"ebbe4f03f1fdf3028dfd1f61148a408496b59b4ea739cb0059d0b070f739f430","reason":"the plan is carried out when you approve it"}', 1, 1795893257076587);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', 'b1339a86-f913-414c-91c0-7767d997050e', 1034, '01a22394-6345-717d-b742-77e84c839acb', 'model_answered', '{"kind":"model_answered","step":2,"text":"","finish":"tool_calls","usage":{"prompt_tokens":11,"completion_tokens":5,"cached_tokens":0,"reasoning_tokens":0},"planned":1}', 2, 1795893257160274);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', 'b1339a86-f913-414c-91c0-7767d997050e', 1035, '01a22394-6345-717d-b742-77e84c839acb', 'tool_planned', '{"kind":"tool_planned","call_id":"82a5b5fb-19fc-5e5e-aaaa-1c53ba004cf9","step":2,"ordinal":0,"provider_call_id":"call_1","offered_name":"read_file","name":"read_file","tool_id":null,"args":{"text":"hello"},"effect":"read_only","verdict":{"verdict":"refuse","reason":"the arguments do not fit the tool''s schema: the arguments do not fit the tool''s schema: \"path\" is a required property"},"executor":"client"}', 2, 1795893257160293);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', 'b1339a86-f913-414c-91c0-7767d997050e', 1036, '01a22394-6345-717d-b742-77e84c839acb', 'tool_finished', '{"kind":"tool_finished","call_id":"82a5b5fb-19fc-5e5e-aaaa-1c53ba004cf9","name":"read_file","outcome":{"status":"failed","error":"the arguments do not fit the tool''s schema: the arguments do not fit the tool''s schema: \"path\" is a required property"},"attempts":0,"duration_ms":0}', 2, 1795893257160301);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', 'b1339a86-f913-414c-91c0-7767d997050e', 1037, '01a22394-6345-717d-b742-77e84c839acb', 'model_requested', '{"kind":"model_requested","step":3}', 2, 1795893257160303);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '98c7531f-f6a2-46ef-93cc-10504447942f', 1, '01a22394-6409-759a-97e6-f7e700fbe1cf', 'run_started', '{"kind":"run_started","agent_id":"f364adfa-0960-57ee-bead-9534213ec2b8","agent_version":1,"trace_id":"01a22394-6407-7059-938f-7996349a28bb","input":"","team":{"agent":"orchestrator","route":false,"switch_to":"architect","reason":"User requested agent switch","model":"openai:gpt-4o-mini"}}', 1, 1795893257246980);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '98c7531f-f6a2-46ef-93cc-10504447942f', 2, '01a22394-6409-759a-97e6-f7e700fbe1cf', 'agent_switched', '{"kind":"agent_switched","from":"orchestrator","to":"architect","reason":"User requested agent switch","confidence":null,"cause":"user"}', 1, 1795893257246988);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '98c7531f-f6a2-46ef-93cc-10504447942f', 3, '01a22394-6409-759a-97e6-f7e700fbe1cf', 'run_succeeded', '{"kind":"run_succeeded","output":"","usage":null}', 1, 1795893257246989);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '2fbfb71b-e85e-437b-b420-0393f09204ae', 1031, '01a22394-64bc-774b-b76d-7d03d964a56b', 'delta', '{"kind":"delta","step":1,"text":"hello"}', 1, 1795893257456077);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '2fbfb71b-e85e-437b-b420-0393f09204ae', 1032, '01a22394-64bc-774b-b76d-7d03d964a56b', 'model_answered', '{"kind":"model_answered","step":1,"text":"hello","finish":"stop","usage":{"prompt_tokens":11,"completion_tokens":5,"cached_tokens":0,"reasoning_tokens":0},"planned":0}', 1, 1795893257456164);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '2fbfb71b-e85e-437b-b420-0393f09204ae', 1033, '01a22394-64bc-774b-b76d-7d03d964a56b', 'run_succeeded', '{"kind":"run_succeeded","output":"hello","usage":{"prompt_tokens":22,"completion_tokens":10,"cached_tokens":0,"reasoning_tokens":0}}', 1, 1795893257456166);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-652e-7725-bb5a-c485a27b3470', 6, '01a22394-6527-7054-b3ad-d50bd6bd48ab', 'delta', '{"kind":"delta","step":1,"text":"word3 "}', 1, 1795893258190867);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-652e-7725-bb5a-c485a27b3470', 7, '01a22394-6527-7054-b3ad-d50bd6bd48ab', 'delta', '{"kind":"delta","step":1,"text":"word4 "}', 1, 1795893258387506);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '7860f0d0-e8c9-4775-92d5-0fab6c58a46a', 7, '01a22394-61e5-772b-9d5e-870665bfb708', 'model_answered', '{"kind":"model_answered","step":1,"text":"hello","finish":"stop","usage":{"prompt_tokens":11,"completion_tokens":5,"cached_tokens":0,"reasoning_tokens":0},"planned":0}', 1, 1795893256703786);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '7860f0d0-e8c9-4775-92d5-0fab6c58a46a', 8, '01a22394-61e5-772b-9d5e-870665bfb708', 'run_succeeded', '{"kind":"run_succeeded","output":"hello","usage":{"prompt_tokens":22,"completion_tokens":10,"cached_tokens":0,"reasoning_tokens":0}}', 1, 1795893256703788);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '7860f0d0-e8c9-4775-92d5-0fab6c58a46a', 1038, '01a22394-6266-7061-a784-a6a20c78170e', 'run_started', '{"kind":"run_started","agent_id":"f364adfa-0960-57ee-bead-9534213ec2b8","agent_version":1,"trace_id":"01a22394-625e-75cc-adb1-0da35f2a000a","input":"Hand over","team":{"agent":"coder","route":true,"model":"openai:gpt-4o-mini"}}', 1, 1795893256839065);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '7860f0d0-e8c9-4775-92d5-0fab6c58a46a', 1039, '01a22394-6266-7061-a784-a6a20c78170e', 'route_requested', '{"kind":"route_requested"}', 1, 1795893256839071);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', 'b1339a86-f913-414c-91c0-7767d997050e', 4, '01a22394-6345-717d-b742-77e84c839acb', 'run_started', '{"kind":"run_started","agent_id":"f364adfa-0960-57ee-bead-9534213ec2b8","agent_version":1,"trace_id":"01a22394-633f-756c-9282-6e6e17c549dd","input":"Plan it","team":{"agent":"architect","route":false,"model":"openai:gpt-4o-mini"}}', 1, 1795893257059097);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', 'b1339a86-f913-414c-91c0-7767d997050e', 5, '01a22394-6345-717d-b742-77e84c839acb', 'model_requested', '{"kind":"model_requested","step":1}', 1, 1795893257059104);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '2fbfb71b-e85e-437b-b420-0393f09204ae', 6, '01a22394-6475-70db-b477-20aad3ce4cce', 'model_answered', '{"kind":"model_answered","step":1,"text":"","finish":"tool_calls","usage":{"prompt_tokens":11,"completion_tokens":5,"cached_tokens":0,"reasoning_tokens":0},"planned":1}', 1, 1795893257383552);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '2fbfb71b-e85e-437b-b420-0393f09204ae', 7, '01a22394-6475-70db-b477-20aad3ce4cce', 'tool_planned', '{"kind":"tool_planned","call_id":"26da110d-eac4-5532-bdec-2d301b4d42e6","step":1,"ordinal":0,"provider_call_id":"call_1","offered_name":"read_file","name":"read_file","tool_id":null,"args":{"path":"hello.txt"},"effect":"read_only","verdict":{"verdict":"allow"},"executor":"client"}', 1, 1795893257383572);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '2fbfb71b-e85e-437b-b420-0393f09204ae', 8, '01a22394-6475-70db-b477-20aad3ce4cce', 'tool_dispatched', '{"kind":"tool_dispatched","call_id":"26da110d-eac4-5532-bdec-2d301b4d42e6","attempt":1}', 1, 1795893257383574);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '2fbfb71b-e85e-437b-b420-0393f09204ae', 1029, '01a22394-64bc-774b-b76d-7d03d964a56b', 'routed', '{"kind":"routed","agent":"coder","confidence":"high","reason":"it is code","by":"model","usage":{"prompt_tokens":11,"completion_tokens":5,"cached_tokens":0,"reasoning_tokens":0}}', 1, 1795893257442502);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '2fbfb71b-e85e-437b-b420-0393f09204ae', 1030, '01a22394-64bc-774b-b76d-7d03d964a56b', 'model_requested', '{"kind":"model_requested","step":1}', 1, 1795893257442505);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', 'b1339a86-f913-414c-91c0-7767d997050e', 1029, '01a22394-6345-717d-b742-77e84c839acb', 'tool_finished', '{"kind":"tool_finished","call_id":"7a187354-4568-5956-8881-69801dfb2339","name":"create_plan","outcome":{"status":"succeeded","output":"The plan is accepted and carried out now, subtask by subtask."},"attempts":0,"duration_ms":0}', 2, 1795893257143498);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', 'b1339a86-f913-414c-91c0-7767d997050e', 1030, '01a22394-6345-717d-b742-77e84c839acb', 'plan_started', '{"kind":"plan_started","call_id":"7a187354-4568-5956-8881-69801dfb2339","plan":{"title":"A greeting","description":"Write it, then look at it","subtasks":[{"title":"Look","description":"Say what is in hello.txt","agent":"ask","estimated_time_minutes":1,"dependencies":[1]},{"title":"Write","description":"Write hello.txt","agent":"coder","estimated_time_minutes":2,"dependencies":[]}]}}', 2, 1795893257143507);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', 'b1339a86-f913-414c-91c0-7767d997050e', 1031, '01a22394-6345-717d-b742-77e84c839acb', 'agent_switched', '{"kind":"agent_switched","from":"architect","to":"coder","reason":"Write","confidence":null,"cause":"plan"}', 2, 1795893257143508);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', 'b1339a86-f913-414c-91c0-7767d997050e', 1032, '01a22394-6345-717d-b742-77e84c839acb', 'subtask_started', '{"kind":"subtask_started","index":1}', 2, 1795893257143509);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', 'b1339a86-f913-414c-91c0-7767d997050e', 1033, '01a22394-6345-717d-b742-77e84c839acb', 'model_requested', '{"kind":"model_requested","step":2}', 2, 1795893257143515);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '98c7531f-f6a2-46ef-93cc-10504447942f', 6, '01a22394-6433-75b9-990e-0ed99c7662d3', 'model_answered', '{"kind":"model_answered","step":1,"text":"","finish":"tool_calls","usage":{"prompt_tokens":11,"completion_tokens":5,"cached_tokens":0,"reasoning_tokens":0},"planned":1}', 1, 1795893257299760);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '98c7531f-f6a2-46ef-93cc-10504447942f', 7, '01a22394-6433-75b9-990e-0ed99c7662d3', 'tool_planned', '{"kind":"tool_planned","call_id":"5fd3d8c8-72d5-58e0-b151-28d6a78867fc","step":1,"ordinal":0,"provider_call_id":"call_1","offered_name":"create_plan","name":"create_plan","tool_id":null,"args":{"title":"A greeting","description":"Write it, then look at it","subtasks":[{"title":"Look","description":"Say what is in hello.txt","agent":"ask","estimated_time_minutes":1,"dependencies":[1]},{"title":"Write","description":"Write hello.txt","agent":"coder","estimated_time_minutes":2}]},"effect":"read_only","verdict":{"verdict":"ask","reason":"the plan is carried out when you approve it"},"executor":"control"}', 1, 1795893257299859);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '98c7531f-f6a2-46ef-93cc-10504447942f', 8, '01a22394-6433-75b9-990e-0ed99c7662d3', 'approval_requested', '{"kind":"approval_requested","approval_id":"136e6db4-111a-5327-b0f1-18de0ffa2187","call_id":"5fd3d8c8-72d5-58e0-b151-28d6a78867fc","name":"create_plan","args":{"title":"A greeting","description":"Write it, then look at it","subtasks":[{"title":"Look","description":"Say what is in hello.txt","agent":"ask","estimated_time_minutes":1,"dependencies":[1]},{"title":"Write","description":"Write hello.txt","agent":"coder","estimated_time_minutes":2}]},"args_digest":"ebbe4f03f1fdf3028dfd1f61148a408496b59b4ea739cb0059d0b070f739f430","reason":"the plan is carried out when you approve it"}', 1, 1795893257299861);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '2fbfb71b-e85e-437b-b420-0393f09204ae', 3, '01a22394-6475-70db-b477-20aad3ce4cce', 'routed', '{"kind":"routed","agent":"coder","confidence":"high","reason":"it is code","by":"model","usage":{"prompt_tokens":11,"completion_tokens":5,"cached_tokens":0,"reasoning_tokens":0}}', 1, 1795893257373890);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '2fbfb71b-e85e-437b-b420-0393f09204ae', 4, '01a22394-6475-70db-b477-20aad3ce4cce', 'agent_switched', '{"kind":"agent_switched","from":"orchestrator","to":"coder","reason":"it is code","confidence":"high","cause":"router"}', 1, 1795893257373895);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '2fbfb71b-e85e-437b-b420-0393f09204ae', 5, '01a22394-6475-70db-b477-20aad3ce4cce', 'model_requested', '{"kind":"model_requested","step":1}', 1, 1795893257373896);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-652e-7725-bb5a-c485a27b3470', 3, '01a22394-6527-7054-b3ad-d50bd6bd48ab', 'delta', '{"kind":"delta","step":1,"text":"word0 "}', 1, 1795893257533068);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', 'b1339a86-f913-414c-91c0-7767d997050e', 1038, '01a22394-6345-717d-b742-77e84c839acb', 'delta', '{"kind":"delta","step":3,"text":"done: Subtask 2 of 2: Write"}', 2, 1795893257177215);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', 'b1339a86-f913-414c-91c0-7767d997050e', 1039, '01a22394-6345-717d-b742-77e84c839acb', 'model_answered', '{"kind":"model_answered","step":3,"text":"done: Subtask 2 of 2: Write","finish":"stop","usage":{"prompt_tokens":11,"completion_tokens":5,"cached_tokens":0,"reasoning_tokens":0},"planned":0}', 2, 1795893257177580);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', 'b1339a86-f913-414c-91c0-7767d997050e', 1040, '01a22394-6345-717d-b742-77e84c839acb', 'subtask_finished', '{"kind":"subtask_finished","index":1,"result":"done: Subtask 2 of 2: Write"}', 2, 1795893257177598);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', 'b1339a86-f913-414c-91c0-7767d997050e', 1041, '01a22394-6345-717d-b742-77e84c839acb', 'agent_switched', '{"kind":"agent_switched","from":"coder","to":"ask","reason":"Look","confidence":null,"cause":"plan"}', 2, 1795893257177599);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', 'b1339a86-f913-414c-91c0-7767d997050e', 1042, '01a22394-6345-717d-b742-77e84c839acb', 'subtask_started', '{"kind":"subtask_started","index":0}', 2, 1795893257177601);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', 'b1339a86-f913-414c-91c0-7767d997050e', 1043, '01a22394-6345-717d-b742-77e84c839acb', 'model_requested', '{"kind":"model_requested","step":4}', 2, 1795893257177601);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '98c7531f-f6a2-46ef-93cc-10504447942f', 4, '01a22394-6433-75b9-990e-0ed99c7662d3', 'run_started', '{"kind":"run_started","agent_id":"f364adfa-0960-57ee-bead-9534213ec2b8","agent_version":1,"trace_id":"01a22394-6427-7238-b9c8-dfcc7c247558","input":"Plan it","team":{"agent":"architect","route":false,"model":"openai:gpt-4o-mini"}}', 1, 1795893257282896);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '98c7531f-f6a2-46ef-93cc-10504447942f', 5, '01a22394-6433-75b9-990e-0ed99c7662d3', 'model_requested', '{"kind":"model_requested","step":1}', 1, 1795893257282902);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-64f8-76f0-b29a-6914c67e5c4f', 1, '01a22394-64f8-76f0-b29a-6913d3462545', 'run_started', '{"kind":"run_started","agent_id":"01a22394-5eb7-77cc-9ebe-555aced45184","agent_version":1,"trace_id":"01a22394-64f7-747e-94ed-f683c1ea7c3e","input":"Fail"}', 1, 1795893257487165);
INSERT INTO public.journal VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-64f8-76f0-b29a-6914c67e5c4f', 2, '01a22394-64f8-76f0-b29a-6913d3462545', 'model_requested', '{"kind":"model_requested","step":1}', 1, 1795893257487171);
INSERT INTO public.runs VALUES ('01a22394-6266-7061-a784-a6a20c78170e', '00000000-0000-0000-0000-000000000001', 'f364adfa-0960-57ee-bead-9534213ec2b8', 1, '7860f0d0-e8c9-4775-92d5-0fab6c58a46a', '01a22394-625e-75cc-adb1-0da35f2a000a', '{"user_id":"00000000-0000-0000-0000-000000000001","api_key_id":null,"scopes":["api:read","api:write"]}', 'Hand over', 'succeeded', 1, NULL, NULL, 0, false, 0, false, false, 'The tool said Switched to ask agent', NULL, NULL, 33, 15, 0, 0, 1795893256807345, 1795893256877823, 1795893256877823, '{"client_tools":["read_file","write_file","list_files","create_directory","execute_command","search_in_code"],"plans":true}');
INSERT INTO public.runs VALUES ('01a22394-5f85-7480-9005-82ccf91023a2', '00000000-0000-0000-0000-000000000001', '01a22394-5eb7-77cc-9ebe-555aced45184', 1, '01a22394-5f8d-777e-9d85-6e1731398823', '01a22394-5f84-707b-bccf-c27a36eb4ddc', '{"user_id":"00000000-0000-0000-0000-000000000001","api_key_id":null,"scopes":["tools:read","tools:write","api-keys:write","audit:read"]}', 'Write it', 'succeeded', 2, NULL, NULL, 0, false, 0, false, false, 'The tool said {"done":"hello"}', NULL, NULL, 22, 10, 0, 0, 1795893256077586, 1795893256457490, 1795893256457490, NULL);
INSERT INTO public.runs VALUES ('01a22394-60e9-732b-a1f2-ff0bdf1cc93f', '00000000-0000-0000-0000-000000000001', '01a22394-5eb7-77cc-9ebe-555aced45184', 1, '01a22394-60f6-76a0-b070-6ec0e40d1d73', '01a22394-60e8-71b3-a526-0a48beb472ed', '{"user_id":"00000000-0000-0000-0000-000000000001","api_key_id":null,"scopes":["tools:read","tools:write","api-keys:write","audit:read"]}', 'Write it', 'succeeded', 2, NULL, NULL, 0, false, 0, false, false, 'The tool said {"done":"edited"}', NULL, NULL, 22, 10, 0, 0, 1795893256439017, 1795893256555648, 1795893256555648, NULL);
INSERT INTO public.runs VALUES ('01a22394-61e5-772b-9d5e-870665bfb708', '00000000-0000-0000-0000-000000000001', 'f364adfa-0960-57ee-bead-9534213ec2b8', 1, '7860f0d0-e8c9-4775-92d5-0fab6c58a46a', '01a22394-61df-7167-9699-2852690b5874', '{"user_id":"00000000-0000-0000-0000-000000000001","api_key_id":null,"scopes":["api:read","api:write"]}', 'hello', 'succeeded', 1, NULL, NULL, 0, false, 0, false, false, 'hello', NULL, NULL, 22, 10, 0, 0, 1795893256678967, 1795893256703830, 1795893256703830, '{"client_tools":["read_file","write_file","list_files","create_directory","execute_command","search_in_code"],"plans":true}');
INSERT INTO public.runs VALUES ('01a22394-612f-738e-b8b4-159c102639b4', '00000000-0000-0000-0000-000000000001', '01a22394-5eb7-77cc-9ebe-555aced45184', 1, '01a22394-6133-73de-8f4c-36d75ec3e2b6', '01a22394-612f-738e-b8b4-159bb24964bc', '{"user_id":"00000000-0000-0000-0000-000000000001","api_key_id":null,"scopes":["tools:read","tools:write","api-keys:write","audit:read"]}', 'Write it', 'succeeded', 2, NULL, NULL, 0, false, 0, false, false, 'The tool said Error: a human rejected this call: no', NULL, NULL, 22, 10, 0, 0, 1795893256499214, 1795893256577409, 1795893256577409, NULL);
INSERT INTO public.runs VALUES ('01a22394-6170-742f-a3dc-77632bd37573', '00000000-0000-0000-0000-000000000001', '01a22394-5eb7-77cc-9ebe-555aced45184', 1, '01a22394-6171-701b-addf-4e2d5ab1f550', '01a22394-616f-704b-8e6c-6dd638f3dfb7', '{"user_id":"00000000-0000-0000-0000-000000000001","api_key_id":null,"scopes":["tools:read","tools:write","api-keys:write","audit:read"]}', 'Write it', 'waiting_for_approval', 1, NULL, NULL, 0, false, 1, false, false, NULL, NULL, NULL, 11, 5, 0, 0, 1795893256561928, 1795893256584110, NULL, NULL);
INSERT INTO public.runs VALUES ('01a22394-61b5-7396-bb3e-194c057c77d8', '00000000-0000-0000-0000-000000000001', '01a22394-5eb7-77cc-9ebe-555aced45184', 1, 'two-runs', '01a22394-61b4-70ca-b47f-b25b3eab3513', '{"user_id":"00000000-0000-0000-0000-000000000001","api_key_id":null,"scopes":["tools:read","tools:write","api-keys:write","audit:read"]}', 'hello', 'succeeded', 1, NULL, NULL, 0, false, 0, false, false, 'hello', NULL, NULL, 11, 5, 0, 0, 1795893256630339, 1795893256642409, 1795893256642409, NULL);
INSERT INTO public.runs VALUES ('01a22394-6190-769e-9f10-81302833994d', '00000000-0000-0000-0000-000000000001', '01a22394-5eb7-77cc-9ebe-555aced45184', 1, '01a22394-6191-746b-91fd-af3d7c47bbf3', '01a22394-6190-769e-9f10-812f9ee47edc', '{"user_id":"00000000-0000-0000-0000-000000000001","api_key_id":null,"scopes":["tools:read","tools:write","api-keys:write","audit:read"]}', 'Write it', 'cancelled', 2, NULL, NULL, 0, true, 0, false, false, NULL, 'cancelled', 'cancelled', 11, 5, 0, 0, 1795893256593476, 1795893256648285, 1795893256648285, NULL);
INSERT INTO public.runs VALUES ('01a22394-6207-712c-96f5-3e459a2b7b6e', '00000000-0000-0000-0000-000000000001', 'f364adfa-0960-57ee-bead-9534213ec2b8', 1, '7860f0d0-e8c9-4775-92d5-0fab6c58a46a', '01a22394-6203-71c3-bfbb-8435e893f532', '{"user_id":"00000000-0000-0000-0000-000000000001","api_key_id":null,"scopes":["api:read","api:write"]}', 'Read the file', 'succeeded', 2, NULL, NULL, 0, false, 0, false, false, 'The tool said {"content":"hi"}', NULL, NULL, 33, 15, 0, 0, 1795893256711394, 1795893256791850, 1795893256791850, '{"client_tools":["read_file","write_file","list_files","create_directory","execute_command","search_in_code"],"plans":true}');
INSERT INTO public.runs VALUES ('01a22394-631c-74e8-88b5-17914a343b3a', '00000000-0000-0000-0000-000000000001', 'f364adfa-0960-57ee-bead-9534213ec2b8', 1, 'b1339a86-f913-414c-91c0-7767d997050e', '01a22394-6315-7372-9ff4-f3e099c71458', '{"user_id":"00000000-0000-0000-0000-000000000001","api_key_id":null,"scopes":["api:read","api:write"]}', '', 'succeeded', 1, NULL, NULL, 0, false, 0, false, false, '', NULL, NULL, NULL, NULL, NULL, NULL, 1795893256988869, 1795893257003243, 1795893257003243, '{"switch_to":"architect","reason":"User requested agent switch","client_tools":["read_file","write_file","list_files","create_directory","execute_command","search_in_code"],"plans":true}');
INSERT INTO public.runs VALUES ('01a22394-62c8-71b6-9208-99383bd471db', '00000000-0000-0000-0000-000000000001', 'f364adfa-0960-57ee-bead-9534213ec2b8', 1, 'b275b444-4a6c-4df8-9c4b-6dd3128ad320', '01a22394-62c1-758a-82ac-4fbe3d06fed5', '{"user_id":"00000000-0000-0000-0000-000000000001","api_key_id":null,"scopes":["api:read","api:write"]}', 'Read the file', 'waiting_for_approval', 1, NULL, NULL, 0, false, 1, false, false, NULL, NULL, NULL, 22, 10, 0, 0, 1795893256907265, 1795893256945820, NULL, '{"client_tools":["read_file","write_file","list_files","create_directory","execute_command","search_in_code"],"plans":true}');
INSERT INTO public.runs VALUES ('01a22394-6345-717d-b742-77e84c839acb', '00000000-0000-0000-0000-000000000001', 'f364adfa-0960-57ee-bead-9534213ec2b8', 1, 'b1339a86-f913-414c-91c0-7767d997050e', '01a22394-633f-756c-9282-6e6e17c549dd', '{"user_id":"00000000-0000-0000-0000-000000000001","api_key_id":null,"scopes":["api:read","api:write"]}', 'Plan it', 'succeeded', 2, NULL, NULL, 0, false, 0, false, false, 'A greeting
1. Look
done: Subtask 1 of 2: Look
2. Write
done: Subtask 2 of 2: Write', NULL, NULL, 44, 20, 0, 0, 1795893257030267, 1795893257191970, 1795893257191970, '{"client_tools":["read_file","write_file","list_files","create_directory","execute_command","search_in_code"],"plans":true}');
INSERT INTO public.runs VALUES ('01a22394-6409-759a-97e6-f7e700fbe1cf', '00000000-0000-0000-0000-000000000001', 'f364adfa-0960-57ee-bead-9534213ec2b8', 1, '98c7531f-f6a2-46ef-93cc-10504447942f', '01a22394-6407-7059-938f-7996349a28bb', '{"user_id":"00000000-0000-0000-0000-000000000001","api_key_id":null,"scopes":["api:read","api:write"]}', '', 'succeeded', 1, NULL, NULL, 0, false, 0, false, false, '', NULL, NULL, NULL, NULL, NULL, NULL, 1795893257226122, 1795893257247175, 1795893257247175, '{"switch_to":"architect","reason":"User requested agent switch","client_tools":["read_file","write_file","list_files","create_directory","execute_command","search_in_code"],"plans":true}');
INSERT INTO public.runs VALUES ('01a22394-6433-75b9-990e-0ed99c7662d3', '00000000-0000-0000-0000-000000000001', 'f364adfa-0960-57ee-bead-9534213ec2b8', 1, '98c7531f-f6a2-46ef-93cc-10504447942f', '01a22394-6427-7238-b9c8-dfcc7c247558', '{"user_id":"00000000-0000-0000-0000-000000000001","api_key_id":null,"scopes":["api:read","api:write"]}', 'Plan it', 'waiting_for_approval', 1, NULL, NULL, 0, false, 1, false, false, NULL, NULL, NULL, 11, 5, 0, 0, 1795893257267564, 1795893257299977, NULL, '{"client_tools":["read_file","write_file","list_files","create_directory","execute_command","search_in_code"],"plans":true}');
INSERT INTO public.runs VALUES ('01a22394-64f8-76f0-b29a-6913d3462545', '00000000-0000-0000-0000-000000000001', '01a22394-5eb7-77cc-9ebe-555aced45184', 1, '01a22394-64f8-76f0-b29a-6914c67e5c4f', '01a22394-64f7-747e-94ed-f683c1ea7c3e', '{"user_id":"00000000-0000-0000-0000-000000000001","api_key_id":null,"scopes":["tools:read","tools:write","api-keys:write","audit:read"]}', 'Fail', 'failed', 1, NULL, NULL, 0, false, 0, false, false, NULL, 'model_rejected', 'the model provider refused the request: openai: it answered 400: no explanation', NULL, NULL, NULL, NULL, 1795893257465005, 1795893257495476, 1795893257495476, NULL);
INSERT INTO public.runs VALUES ('01a22394-6475-70db-b477-20aad3ce4cce', '00000000-0000-0000-0000-000000000001', 'f364adfa-0960-57ee-bead-9534213ec2b8', 1, '2fbfb71b-e85e-437b-b420-0393f09204ae', '01a22394-6473-75be-8b2c-5fcf617d3850', '{"user_id":"00000000-0000-0000-0000-000000000001","api_key_id":null,"scopes":["api:read","api:write"]}', 'Read the file', 'cancelled', 2, NULL, NULL, 0, false, 0, false, false, NULL, 'superseded', 'the conversation went on before this run was over', 22, 10, 0, 0, 1795893257334907, 1795893257423353, 1795893257423353, '{"client_tools":["read_file","write_file","list_files","create_directory","execute_command","search_in_code"],"plans":true}');
INSERT INTO public.runs VALUES ('01a22394-6527-7054-b3ad-d50bd6bd48ab', '00000000-0000-0000-0000-000000000001', '01a22394-5eb7-77cc-9ebe-555aced45184', 1, '01a22394-652e-7725-bb5a-c485a27b3470', '01a22394-6527-7054-b3ad-d50a73f091cb', '{"user_id":"00000000-0000-0000-0000-000000000001","api_key_id":null,"scopes":["tools:read","tools:write","api-keys:write","audit:read"]}', 'Talk', 'running', 1, 'vm/01a22394-5e88-70bd-959d-1ee7ffebc82a', 1795893260499218, 0, false, 1, false, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1795893257518959, 1795893258794910, NULL, NULL);
INSERT INTO public.runs VALUES ('01a22394-64bc-774b-b76d-7d03d964a56b', '00000000-0000-0000-0000-000000000001', 'f364adfa-0960-57ee-bead-9534213ec2b8', 1, '2fbfb71b-e85e-437b-b420-0393f09204ae', '01a22394-64b7-72a6-b5f6-5795a3ed3bae', '{"user_id":"00000000-0000-0000-0000-000000000001","api_key_id":null,"scopes":["api:read","api:write"]}', 'hello', 'succeeded', 1, NULL, NULL, 0, false, 0, false, false, 'hello', NULL, NULL, 22, 10, 0, 0, 1795893257404961, 1795893257456184, 1795893257456184, '{"client_tools":["read_file","write_file","list_files","create_directory","execute_command","search_in_code"],"plans":true}');
INSERT INTO public.sessions VALUES ('00000000-0000-0000-0000-000000000001', 'b275b444-4a6c-4df8-9c4b-6dd3128ad320', 'f364adfa-0960-57ee-bead-9534213ec2b8', 1025, 1795893256887169, 1795893256945820, '00000000-0000-0000-0000-000000000001', 'Read the file', NULL, NULL, NULL, 'coder', false, 2, true);
INSERT INTO public.sessions VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-5f8d-777e-9d85-6e1731398823', '01a22394-5eb7-77cc-9ebe-555aced45184', 1032, 1795893256077586, 1795893256077586, NULL, NULL, NULL, NULL, NULL, NULL, false, 0, true);
INSERT INTO public.sessions VALUES ('00000000-0000-0000-0000-000000000001', '57e7f781-564e-4224-b1c9-c18ed0d55d08', 'f364adfa-0960-57ee-bead-9534213ec2b8', 1, 1795893256964871, 1795893256964871, '00000000-0000-0000-0000-000000000001', NULL, NULL, NULL, NULL, NULL, false, 0, true);
INSERT INTO public.sessions VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-60f6-76a0-b070-6ec0e40d1d73', '01a22394-5eb7-77cc-9ebe-555aced45184', 1032, 1795893256439017, 1795893256439017, NULL, NULL, NULL, NULL, NULL, NULL, false, 0, true);
INSERT INTO public.sessions VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-6171-701b-addf-4e2d5ab1f550', '01a22394-5eb7-77cc-9ebe-555aced45184', 1025, 1795893256561928, 1795893256561928, NULL, NULL, NULL, NULL, NULL, NULL, false, 0, true);
INSERT INTO public.sessions VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-6133-73de-8f4c-36d75ec3e2b6', '01a22394-5eb7-77cc-9ebe-555aced45184', 1031, 1795893256499214, 1795893256499214, NULL, NULL, NULL, NULL, NULL, NULL, false, 0, true);
INSERT INTO public.sessions VALUES ('00000000-0000-0000-0000-000000000001', 'two-runs', '01a22394-5eb7-77cc-9ebe-555aced45184', 6, 1795893256630339, 1795893256630339, NULL, NULL, NULL, NULL, NULL, NULL, false, 0, true);
INSERT INTO public.sessions VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-6191-746b-91fd-af3d7c47bbf3', '01a22394-5eb7-77cc-9ebe-555aced45184', 1028, 1795893256593476, 1795893256593476, NULL, NULL, NULL, NULL, NULL, NULL, false, 0, true);
INSERT INTO public.sessions VALUES ('00000000-0000-0000-0000-000000000001', '7860f0d0-e8c9-4775-92d5-0fab6c58a46a', 'f364adfa-0960-57ee-bead-9534213ec2b8', 1050, 1795893256667308, 1795893256877823, '00000000-0000-0000-0000-000000000001', 'hello', NULL, NULL, NULL, 'ask', false, 10, true);
INSERT INTO public.sessions VALUES ('00000000-0000-0000-0000-000000000001', 'b1339a86-f913-414c-91c0-7767d997050e', 'f364adfa-0960-57ee-bead-9534213ec2b8', 1049, 1795893256974933, 1795893257191970, '00000000-0000-0000-0000-000000000001', 'Plan it', NULL, NULL, NULL, 'ask', true, 7, true);
INSERT INTO public.sessions VALUES ('00000000-0000-0000-0000-000000000001', '2fbfb71b-e85e-437b-b420-0393f09204ae', 'f364adfa-0960-57ee-bead-9534213ec2b8', 1034, 1795893257322928, 1795893257456184, '00000000-0000-0000-0000-000000000001', 'Read the file', NULL, NULL, NULL, 'coder', false, 5, true);
INSERT INTO public.sessions VALUES ('00000000-0000-0000-0000-000000000001', '98c7531f-f6a2-46ef-93cc-10504447942f', 'f364adfa-0960-57ee-bead-9534213ec2b8', 1028, 1795893257211875, 1795893257299977, '00000000-0000-0000-0000-000000000001', 'Plan it', NULL, NULL, NULL, 'architect', true, 2, true);
INSERT INTO public.sessions VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-64f8-76f0-b29a-6914c67e5c4f', '01a22394-5eb7-77cc-9ebe-555aced45184', 4, 1795893257465005, 1795893257465005, NULL, NULL, NULL, NULL, NULL, NULL, false, 0, true);
INSERT INTO public.sessions VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-652e-7725-bb5a-c485a27b3470', '01a22394-5eb7-77cc-9ebe-555aced45184', 1025, 1795893257518959, 1795893257518959, NULL, NULL, NULL, NULL, NULL, NULL, false, 0, true);
INSERT INTO public.tenants VALUES ('00000000-0000-0000-0000-000000000001', 1795893255491598);
INSERT INTO public.tool_calls VALUES ('7a187354-4568-5956-8881-69801dfb2339', '00000000-0000-0000-0000-000000000001', '01a22394-6345-717d-b742-77e84c839acb', 1, 0, 'call_1', NULL, 'create_plan', '{"title":"A greeting","description":"Write it, then look at it","subtasks":[{"title":"Look","description":"Say what is in hello.txt","agent":"ask","estimated_time_minutes":1,"dependencies":[1]},{"title":"Write","description":"Write hello.txt","agent":"coder","estimated_time_minutes":2}]}', 'ebbe4f03f1fdf3028dfd1f61148a408496b59b4ea739cb0059d0b070f739f430', 'read_only', 'succeeded', 0, '"The plan is accepted and carried out now, subtask by subtask."', NULL, 0, 1795893257076584, NULL, 1795893257143498, 'control');
INSERT INTO public.tool_calls VALUES ('3d8d7d31-82f8-599f-9f51-e847fcd2cc99', '00000000-0000-0000-0000-000000000001', '01a22394-5f85-7480-9005-82ccf91023a2', 1, 0, 'call_1', '01a22394-5f31-72f1-913f-c738fe2980ba', 'write_file', '{"text":"hello"}', 'cbbbdcd27692344de5dbab3abcaba413fb0f45307267de7081401576df1cb176', 'idempotent', 'succeeded', 1, '{"done":"hello"}', NULL, 2, 1795893256284782, 1795893256446235, 1795893256451712, 'server');
INSERT INTO public.tool_calls VALUES ('82a5b5fb-19fc-5e5e-aaaa-1c53ba004cf9', '00000000-0000-0000-0000-000000000001', '01a22394-6345-717d-b742-77e84c839acb', 2, 0, 'call_1', NULL, 'read_file', '{"text":"hello"}', 'cbbbdcd27692344de5dbab3abcaba413fb0f45307267de7081401576df1cb176', 'read_only', 'failed', 0, NULL, 'the arguments do not fit the tool''s schema: the arguments do not fit the tool''s schema: "path" is a required property', 0, 1795893257160293, NULL, 1795893257160301, 'client');
INSERT INTO public.tool_calls VALUES ('5fd3d8c8-72d5-58e0-b151-28d6a78867fc', '00000000-0000-0000-0000-000000000001', '01a22394-6433-75b9-990e-0ed99c7662d3', 1, 0, 'call_1', NULL, 'create_plan', '{"title":"A greeting","description":"Write it, then look at it","subtasks":[{"title":"Look","description":"Say what is in hello.txt","agent":"ask","estimated_time_minutes":1,"dependencies":[1]},{"title":"Write","description":"Write hello.txt","agent":"coder","estimated_time_minutes":2}]}', 'ebbe4f03f1fdf3028dfd1f61148a408496b59b4ea739cb0059d0b070f739f430', 'read_only', 'awaiting_approval', 0, NULL, NULL, NULL, 1795893257299859, NULL, NULL, 'control');
INSERT INTO public.tool_calls VALUES ('623390e4-1bff-58c1-97e4-c14c84ade93c', '00000000-0000-0000-0000-000000000001', '01a22394-60e9-732b-a1f2-ff0bdf1cc93f', 1, 0, 'call_1', '01a22394-5f31-72f1-913f-c738fe2980ba', 'write_file', '{"text":"edited"}', '3dbe782d320f5da833d50e5b5b93329e12378b2d3529d45c51b4f4ed315a486c', 'idempotent', 'succeeded', 1, '{"done":"edited"}', NULL, 2, 1795893256468054, 1795893256527183, 1795893256538099, 'server');
INSERT INTO public.tool_calls VALUES ('308e7ca2-bc0a-5e9d-9134-8013473d2be2', '00000000-0000-0000-0000-000000000001', '01a22394-612f-738e-b8b4-159c102639b4', 1, 0, 'call_1', '01a22394-5f31-72f1-913f-c738fe2980ba', 'write_file', '{"text":"hello"}', 'cbbbdcd27692344de5dbab3abcaba413fb0f45307267de7081401576df1cb176', 'idempotent', 'failed', 0, NULL, 'a human rejected this call: no', 0, 1795893256539783, NULL, 1795893256570250, 'server');
INSERT INTO public.tool_calls VALUES ('ae8f6cbd-a3f7-5edb-ad69-6020cdc612b3', '00000000-0000-0000-0000-000000000001', '01a22394-6170-742f-a3dc-77632bd37573', 1, 0, 'call_1', '01a22394-5f31-72f1-913f-c738fe2980ba', 'write_file', '{"text":"hello"}', 'cbbbdcd27692344de5dbab3abcaba413fb0f45307267de7081401576df1cb176', 'idempotent', 'awaiting_approval', 0, NULL, NULL, NULL, 1795893256584038, NULL, NULL, 'server');
INSERT INTO public.tool_calls VALUES ('7d61d41f-2bde-5e43-b148-ca39d960fa52', '00000000-0000-0000-0000-000000000001', '01a22394-6190-769e-9f10-81302833994d', 1, 0, 'call_1', '01a22394-5f31-72f1-913f-c738fe2980ba', 'write_file', '{"text":"hello"}', 'cbbbdcd27692344de5dbab3abcaba413fb0f45307267de7081401576df1cb176', 'idempotent', 'failed', 0, NULL, 'the run was cancelled before this call was made', 0, 1795893256614487, NULL, 1795893256648262, 'server');
INSERT INTO public.tool_calls VALUES ('26da110d-eac4-5532-bdec-2d301b4d42e6', '00000000-0000-0000-0000-000000000001', '01a22394-6475-70db-b477-20aad3ce4cce', 1, 0, 'call_1', NULL, 'read_file', '{"path":"hello.txt"}', '95cd7e2b5e4ff063f6160b07efe87302f68600da8aaa037dbb454ab473ffd81f', 'read_only', 'failed', 1, NULL, 'superseded: the user went on before this call had a result', 0, 1795893257383572, 1795893257383574, 1795893257423292, 'client');
INSERT INTO public.tool_calls VALUES ('a1f9098c-e580-5555-a38c-3b813b95f23a', '00000000-0000-0000-0000-000000000001', '01a22394-6207-712c-96f5-3e459a2b7b6e', 1, 0, 'call_1', NULL, 'read_file', '{"path":"hello.txt"}', '95cd7e2b5e4ff063f6160b07efe87302f68600da8aaa037dbb454ab473ffd81f', 'read_only', 'succeeded', 1, '{"content":"hi"}', NULL, 17, 1795893256730702, 1795893256730704, 1795893256771915, 'client');
INSERT INTO public.tool_calls VALUES ('ec095c2f-57a9-58e9-b209-d691f0569133', '00000000-0000-0000-0000-000000000001', '01a22394-6266-7061-a784-a6a20c78170e', 1, 0, 'call_1', NULL, 'switch_mode', '{"mode":"ask","reason":"a question"}', '072d2d55b2a678c7a1c8df50400a959f3aee14752e15ef55bbf186fd14118d53', 'read_only', 'succeeded', 0, '"Switched to ask agent"', NULL, 0, 1795893256860221, NULL, 1795893256860232, 'control');
INSERT INTO public.tool_calls VALUES ('fdfe9c79-eb6c-5b73-8d93-163e773cce69', '00000000-0000-0000-0000-000000000001', '01a22394-62c8-71b6-9208-99383bd471db', 1, 0, 'call_1', NULL, 'read_file', '{"path":"hello.txt"}', '95cd7e2b5e4ff063f6160b07efe87302f68600da8aaa037dbb454ab473ffd81f', 'read_only', 'dispatched', 1, NULL, NULL, NULL, 1795893256945752, 1795893256945754, NULL, 'client');
INSERT INTO public.tools VALUES ('01a22394-5f31-72f1-913f-c738fe2980ba', '00000000-0000-0000-0000-000000000001', 'write_file', 'Works on a text', '{"type":"object","properties":{"text":{"type":"string"}},"required":["text"]}', 'http_webhook', 'http://127.0.0.1:18098/work', 'none', 'active', 1, 'POST', '{}', '{}', NULL, 'idempotent', NULL, 1795893255915393, NULL, NULL);
INSERT INTO public.users VALUES ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000001', 1795893255491598);
INSERT INTO public.users VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-5e1b-73af-bc28-2de1ccca60a0', 1795893255707115);
INSERT INTO public.users VALUES ('00000000-0000-0000-0000-000000000001', '01a22394-5e2d-70d5-a1e4-032a22a0e847', 1795893255725392);
ALTER TABLE ONLY public._sqlx_migrations
    ADD CONSTRAINT _sqlx_migrations_pkey PRIMARY KEY (version);
ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_email_key_key UNIQUE (email_key);
ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_pkey PRIMARY KEY (user_id);
ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_username_key_key UNIQUE (username_key);
ALTER TABLE ONLY public.agent_versions
    ADD CONSTRAINT agent_versions_pkey PRIMARY KEY (tenant_id, agent_id, version);
ALTER TABLE ONLY public.agents
    ADD CONSTRAINT agents_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.api_key_days
    ADD CONSTRAINT api_key_days_pkey PRIMARY KEY (tenant_id, api_key_id, day);
ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_hash_key UNIQUE (hash);
ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.approval_rules
    ADD CONSTRAINT approval_rules_pkey PRIMARY KEY (tenant_id);
ALTER TABLE ONLY public.approvals
    ADD CONSTRAINT approvals_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.approvals
    ADD CONSTRAINT approvals_tenant_id_session_id_call_id_key UNIQUE (tenant_id, session_id, call_id);
ALTER TABLE ONLY public.audit_heads
    ADD CONSTRAINT audit_heads_pkey PRIMARY KEY (tenant_id);
ALTER TABLE ONLY public.audit_log
    ADD CONSTRAINT audit_log_pkey PRIMARY KEY (tenant_id, seq);
ALTER TABLE ONLY public.authorization_codes
    ADD CONSTRAINT authorization_codes_pkey PRIMARY KEY (hash);
ALTER TABLE ONLY public.bindings
    ADD CONSTRAINT bindings_agent_id_tool_id_key UNIQUE (agent_id, tool_id);
ALTER TABLE ONLY public.bindings
    ADD CONSTRAINT bindings_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.budgets
    ADD CONSTRAINT budgets_pkey PRIMARY KEY (tenant_id, agent_id);
ALTER TABLE ONLY public.idempotency_keys
    ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (tenant_id, principal, key);
ALTER TABLE ONLY public.invites
    ADD CONSTRAINT invites_pkey PRIMARY KEY (hash);
ALTER TABLE ONLY public.journal
    ADD CONSTRAINT journal_pkey PRIMARY KEY (tenant_id, session_id, seq);
ALTER TABLE ONLY public.llm_calls
    ADD CONSTRAINT llm_calls_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.login_attempts
    ADD CONSTRAINT login_attempts_pkey PRIMARY KEY (key);
ALTER TABLE ONLY public.oauth_clients
    ADD CONSTRAINT oauth_clients_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.presence
    ADD CONSTRAINT presence_pkey PRIMARY KEY (tenant_id, user_id, ip);
ALTER TABLE ONLY public.refresh_families
    ADD CONSTRAINT refresh_families_current_hash_key UNIQUE (current_hash);
ALTER TABLE ONLY public.refresh_families
    ADD CONSTRAINT refresh_families_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.refresh_tokens
    ADD CONSTRAINT refresh_tokens_pkey PRIMARY KEY (hash);
ALTER TABLE ONLY public.run_spend
    ADD CONSTRAINT run_spend_pkey PRIMARY KEY (run_id);
ALTER TABLE ONLY public.runs
    ADD CONSTRAINT runs_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.secrets
    ADD CONSTRAINT secrets_pkey PRIMARY KEY (tenant_id, name);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY public.signing_keys
    ADD CONSTRAINT signing_keys_pkey PRIMARY KEY (kid);
ALTER TABLE ONLY public.spend_days
    ADD CONSTRAINT spend_days_pkey PRIMARY KEY (tenant_id, agent_id, day);
ALTER TABLE ONLY public.tenants
    ADD CONSTRAINT tenants_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.tool_calls
    ADD CONSTRAINT tool_calls_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.tools
    ADD CONSTRAINT tools_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (tenant_id, id);
CREATE INDEX accounts_by_tenant ON public.accounts USING btree (tenant_id, username_key);
CREATE INDEX agents_by_tenant ON public.agents USING btree (tenant_id, created_at, id);
CREATE INDEX api_keys_by_user ON public.api_keys USING btree (tenant_id, user_id, id);
CREATE INDEX approvals_by_end ON public.approvals USING btree (expires_at) WHERE ((state = 'pending'::text) AND (expires_at IS NOT NULL));
CREATE INDEX approvals_by_run ON public.approvals USING btree (run_id);
CREATE INDEX approvals_by_state ON public.approvals USING btree (tenant_id, state, created_at, id);
CREATE INDEX authorization_codes_by_end ON public.authorization_codes USING btree (expires_at);
CREATE INDEX authorization_codes_by_user ON public.authorization_codes USING btree (tenant_id, user_id);
CREATE INDEX bindings_by_tool ON public.bindings USING btree (tool_id);
CREATE INDEX idempotency_keys_by_age ON public.idempotency_keys USING btree (created_at);
CREATE INDEX invites_by_end ON public.invites USING btree (expires_at);
CREATE INDEX journal_by_run ON public.journal USING btree (run_id, seq);
CREATE INDEX llm_calls_by_account ON public.llm_calls USING btree (account, started_at, id);
CREATE INDEX llm_calls_by_age ON public.llm_calls USING btree (started_at);
CREATE INDEX login_attempts_by_age ON public.login_attempts USING btree (since);
CREATE INDEX oauth_clients_by_tenant ON public.oauth_clients USING btree (tenant_id, id);
CREATE INDEX presence_by_age ON public.presence USING btree (seen_at);
CREATE INDEX refresh_families_by_client ON public.refresh_families USING btree (client_id) WHERE (revoked_at IS NULL);
CREATE INDEX refresh_families_by_end ON public.refresh_families USING btree (token_expires_at);
CREATE INDEX refresh_families_by_user ON public.refresh_families USING btree (tenant_id, user_id, id) WHERE (revoked_at IS NULL);
CREATE INDEX refresh_tokens_by_family ON public.refresh_tokens USING btree (family_id);
CREATE INDEX runs_behind ON public.runs USING btree (tenant_id, session_id, id) WHERE ((phase = 'queued'::text) AND (is_head = 0));
CREATE INDEX runs_by_session ON public.runs USING btree (tenant_id, session_id, id);
CREATE INDEX runs_by_tenant ON public.runs USING btree (tenant_id, id);
CREATE UNIQUE INDEX runs_heads ON public.runs USING btree (tenant_id, session_id) WHERE (is_head > 0);
CREATE INDEX runs_leased ON public.runs USING btree (tenant_id, lease_until) WHERE (phase = 'running'::text);
CREATE INDEX runs_ready ON public.runs USING btree (tenant_id, id) WHERE ((phase = 'queued'::text) AND (is_head > 0));
CREATE INDEX runs_to_fold ON public.runs USING btree (finished_at) WHERE ((finished_at IS NOT NULL) AND (NOT folded));
CREATE INDEX runs_waiting ON public.runs USING btree (tenant_id) WHERE (phase = 'waiting_for_approval'::text);
CREATE INDEX sessions_by_id ON public.sessions USING btree (id) WHERE (user_id IS NOT NULL);
CREATE INDEX sessions_by_user ON public.sessions USING btree (tenant_id, user_id, updated_at, id) WHERE (user_id IS NOT NULL);
CREATE UNIQUE INDEX signing_keys_active ON public.signing_keys USING btree (state) WHERE (state = 'active'::text);
CREATE INDEX tool_calls_by_run ON public.tool_calls USING btree (run_id, step, ordinal);
CREATE INDEX tools_by_tenant ON public.tools USING btree (tenant_id, created_at, id);
ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_tenant_id_user_id_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES public.users(tenant_id, id);
ALTER TABLE ONLY public.agent_versions
    ADD CONSTRAINT agent_versions_agent_id_fkey FOREIGN KEY (agent_id) REFERENCES public.agents(id);
ALTER TABLE ONLY public.agents
    ADD CONSTRAINT agents_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id);
ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id);
ALTER TABLE ONLY public.authorization_codes
    ADD CONSTRAINT authorization_codes_client_id_fkey FOREIGN KEY (client_id) REFERENCES public.oauth_clients(id);
ALTER TABLE ONLY public.authorization_codes
    ADD CONSTRAINT authorization_codes_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.accounts(user_id);
ALTER TABLE ONLY public.bindings
    ADD CONSTRAINT bindings_agent_id_fkey FOREIGN KEY (agent_id) REFERENCES public.agents(id);
ALTER TABLE ONLY public.bindings
    ADD CONSTRAINT bindings_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id);
ALTER TABLE ONLY public.bindings
    ADD CONSTRAINT bindings_tool_id_fkey FOREIGN KEY (tool_id) REFERENCES public.tools(id);
ALTER TABLE ONLY public.invites
    ADD CONSTRAINT invites_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id);
ALTER TABLE ONLY public.oauth_clients
    ADD CONSTRAINT oauth_clients_tenant_id_user_id_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES public.users(tenant_id, id);
ALTER TABLE ONLY public.refresh_families
    ADD CONSTRAINT refresh_families_client_id_fkey FOREIGN KEY (client_id) REFERENCES public.oauth_clients(id);
ALTER TABLE ONLY public.refresh_families
    ADD CONSTRAINT refresh_families_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.accounts(user_id);
ALTER TABLE ONLY public.refresh_tokens
    ADD CONSTRAINT refresh_tokens_family_id_fkey FOREIGN KEY (family_id) REFERENCES public.refresh_families(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.secrets
    ADD CONSTRAINT secrets_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id);
ALTER TABLE ONLY public.tools
    ADD CONSTRAINT tools_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id);
ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id);
