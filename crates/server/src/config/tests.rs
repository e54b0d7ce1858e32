use super::{Config, Database, Settings, table};

fn error(values: &[(&str, &str)]) -> String {
    Config::read(&mut Settings::of(values)).err().map(|e| e.to_string()).unwrap_or_default()
}

#[test]
fn nothing_given_is_a_complete_single_machine_product() {
    let config = Config::read(&mut Settings::of(&[])).unwrap();
    assert!(matches!(config.database, Database::Sqlite(path) if path.ends_with("artel-data/artel.db")));
    assert_eq!(config.public_addr.port(), 8000);
    assert!(!config.allow_test_tokens && config.log_json);
    assert_eq!(config.rate_limit_runs.to_string(), "20/minute");
}

/// What the documents of the products that Artel stands in for say of a machine on which nothing is set.
#[test]
fn the_defaults_are_those_of_the_documents() {
    let mut settings = Settings::of(&[]);
    Config::read(&mut settings).unwrap();
    for (name, value) in [
        ("DB_POOL_SIZE", "20"),
        ("DB_MAX_OVERFLOW", "30"),
        ("DB_POOL_TIMEOUT_SECONDS", "30"),
        ("DB_POOL_RECYCLE_SECONDS", "1800"),
        ("JWT_ALGORITHM", "HS256"),
        ("JWT_AUDIENCE", "agent-platform"),
        ("JWT_ISSUER", "agent-platform"),
        ("RATE_LIMIT_DEFAULT", "100/minute"),
        ("RATE_LIMIT_RUNS", "20/minute"),
        ("PYDANTICAI_DEFAULT_MODEL", "openai:gpt-4o-mini"),
        ("TOOL_DEFAULT_TIMEOUT_MS", "15000"),
        ("TOOL_MAX_TIMEOUT_MS", "60000"),
        ("TOOL_RETRY_ATTEMPTS", "2"),
        ("SSE_KEEPALIVE_SECONDS", "15"),
        ("LOG_LEVEL", "info"),
        ("ARTEL_RUNTIME_ADDR", "127.0.0.1:8001"),
        ("ARTEL_LLM_PROXY_ADDR", "127.0.0.1:8002"),
        ("ARTEL_AUTH_ADDR", "127.0.0.1:8003"),
        ("MAX_CONTEXT_TOKENS", "8000"),
        ("MAX_CONTEXT_MESSAGES", "50"),
        ("AGENT_RUNTIME__DEFAULT_AGENT", "orchestrator"),
        ("AGENT_RUNTIME__MULTI_AGENT_ENABLED", "true"),
        ("GATEWAY__RATE_LIMIT", "100/minute"),
        ("GATEWAY__MAX_SOCKETS_PER_USER", "10"),
    ] {
        let row = settings.effective().iter().find(|row| row.name == name);
        assert_eq!(row.map(|row| row.shown.as_str()), Some(value), "{name}");
    }
}

#[test]
fn a_bad_value_is_one_line_with_name_shape_and_example() {
    for (name, value, says) in [
        ("DB_POOL_SIZE", "many", "DB_POOL_SIZE: 'many' is not a whole number from 1 to 1000. Example: DB_POOL_SIZE=20"),
        ("DB_POOL_SIZE", "0", "DB_POOL_SIZE: 0 is not a whole number from 1 to 1000. Example: DB_POOL_SIZE=20"),
        (
            "RATE_LIMIT_RUNS",
            "20 a minute",
            "RATE_LIMIT_RUNS: '20 a minute' is not a rate N/second, N/minute, N/hour or N/day. Example: RATE_LIMIT_RUNS=20/minute",
        ),
        ("JWT_ALGORITHM", "none", "JWT_ALGORITHM: 'none' is not one of HS256. Example: JWT_ALGORITHM=HS256"),
        (
            "ENVIRONMENT",
            "prod",
            "ENVIRONMENT: 'prod' is not one of production, dev, development, staging, test. Example: ENVIRONMENT=production",
        ),
        (
            "GATEWAY__INTERNAL_API_KEY",
            "change-me-internal-key",
            "GATEWAY__INTERNAL_API_KEY: it is the value of a public example, which everybody knows \
             (ENVIRONMENT=dev lets it pass). Example: GATEWAY__INTERNAL_API_KEY=$(openssl rand -base64 32)",
        ),
        (
            "JWT_SECRET",
            "short",
            "JWT_SECRET: it has fewer than 32 characters (ENVIRONMENT=dev lets it pass). \
             Example: JWT_SECRET=$(openssl rand -base64 32)",
        ),
        (
            "REDIS_URL",
            "localhost:6379",
            "REDIS_URL: it does not begin with redis:// or rediss://. Example: REDIS_URL=redis://127.0.0.1:6379/0",
        ),
        (
            "ARTEL_PUBLIC_ADDR",
            "8000",
            "ARTEL_PUBLIC_ADDR: '8000' is not an address and a port (port 0 picks a free one). Example: ARTEL_PUBLIC_ADDR=127.0.0.1:8000",
        ),
    ] {
        assert_eq!(error(&[(name, value)]), says);
    }
    for (name, value) in [
        ("DATABASE_URL", "mysql://x"),
        ("AUTH_API_KEYS", "{"),
        ("LOG_LEVEL", "a=b=c"),
        ("TRUSTED_PROXIES", "10.0.0.1,x"),
        ("ALLOW_TEST_TOKENS", "maybe"),
        ("HITL_ENABLED", "sometimes"),
        ("APPROVAL_TIMEOUT", "0"),
        ("APPROVAL_TIMEOUT", "5m"),
    ] {
        let text = error(&[(name, value)]);
        assert!(text.starts_with(&format!("{name}: ")) && text.contains("Example: ") && !text.contains('\n'), "{text}");
    }
}

#[test]
fn an_auth_service_elsewhere_has_two_names_and_one_address() {
    let read = |values: &[(&str, &str)]| Config::read(&mut Settings::of(values)).unwrap().auth.elsewhere;
    assert_eq!(read(&[]), None);
    for name in ["AUTH_SERVICE_URL", "GATEWAY__AUTH_SERVICE_URL"] {
        let elsewhere = read(&[(name, "http://auth-service:8003/")]).unwrap();
        assert_eq!(elsewhere.url, "http://auth-service:8003");
        assert_eq!((&*elsewhere.issuer, &*elsewhere.audience), ("https://auth.codelab.local", "codelab-api"));
        assert!(error(&[(name, "auth-service:8003")]).starts_with(&format!("{name}: it does not begin with http://")));
    }
    let named = [("AUTH_SERVICE_URL", "http://a"), ("GATEWAY__JWT_ISSUER", "i"), ("GATEWAY__JWT_AUDIENCE", "a")];
    let elsewhere = read(&named).unwrap();
    assert_eq!((&*elsewhere.issuer, &*elsewhere.audience), ("i", "a"));
    let differs = error(&[("AUTH_SERVICE_URL", "http://a"), ("GATEWAY__AUTH_SERVICE_URL", "http://b")]);
    assert!(differs.starts_with("GATEWAY__AUTH_SERVICE_URL: it differs"), "{differs}");
}

#[test]
fn whoever_gives_a_setting_that_changes_nothing_is_told_so() {
    let idle = |values: &[(&str, &str)]| {
        let mut settings = Settings::of(values);
        Config::read(&mut settings).unwrap();
        settings.given_idly()
    };
    assert!(idle(&[]).is_empty());
    for (name, value) in [
        ("GATEWAY__AGENT_URL", "http://agent-runtime:8001"),
        ("GATEWAY__REQUEST_TIMEOUT", "30"),
        ("AUTH_SERVICE__DB_URL", "sqlite:///data/auth.db"),
        ("AUTH_SERVICE__PUBLIC_KEY_PATH", "/app/keys/public_key.pem"),
    ] {
        let said = idle(&[(name, value)]);
        assert!(said.len() == 1 && said[0].starts_with(&format!("{name} changes nothing: ")), "{said:?}");
    }
    assert!(idle(&[("GATEWAY__AUTH_SERVICE_URL", "http://auth-service:8003")]).is_empty());
}

#[test]
fn the_key_between_services_has_several_names_and_one_value() {
    let key = |values: &[(&str, &str)]| {
        let key = Config::read(&mut Settings::of(values)).unwrap().internal_api_key;
        key.map(|key| secrecy::ExposeSecret::expose_secret(&key).to_owned())
    };
    assert_eq!(key(&[]), None);
    for name in [
        "INTERNAL_API_KEY",
        "LLM_PROXY__INTERNAL_API_KEY",
        "AGENT_RUNTIME__INTERNAL_API_KEY",
        "GATEWAY__INTERNAL_API_KEY",
    ] {
        assert_eq!(key(&[(name, "long-enough-for-production")]).as_deref(), Some("long-enough-for-production"));
    }
    assert_eq!(
        key(&[("ENVIRONMENT", "dev"), ("INTERNAL_API_KEY", "change-me-internal-key")]).as_deref(),
        Some("change-me-internal-key")
    );
    let two = error(&[
        ("INTERNAL_API_KEY", "long-enough-for-production"),
        ("GATEWAY__INTERNAL_API_KEY", "another-one-of-that-length"),
    ]);
    assert!(two.starts_with("GATEWAY__INTERNAL_API_KEY: it differs"), "{two}");
}

#[test]
fn every_form_of_database_url_in_the_field_is_understood() {
    for url in ["postgresql+asyncpg://u:p@h:5432/d", "postgres://u:p@h/d", "postgresql://u:p@h/d"] {
        assert!(
            matches!(
                Config::read(&mut Settings::of(&[("DATABASE_URL", url)])).unwrap().database,
                Database::Postgres(_)
            ),
            "{url}"
        );
    }
    let config = Config::read(&mut Settings::of(&[("DATABASE_URL", "sqlite:///srv/a.db")])).unwrap();
    assert!(matches!(config.database, Database::Sqlite(path) if path.to_str() == Some("/srv/a.db")));
}

#[test]
fn secrets_are_never_shown() {
    let mut settings = Settings::of(&[
        ("JWT_SECRET", "canary-canary-canary-canary-canary"),
        ("DATABASE_URL", "postgresql://user:canary@host/db"),
        ("REDIS_URL", "redis://:canary@host:6379/0"),
        (
            "AUTH_API_KEYS",
            r#"{"canary-canary-canary": {"tenant_id": "00000000-0000-0000-0000-000000000001", "user_id": "00000000-0000-0000-0000-000000000002"}}"#,
        ),
        ("OPENAI_API_KEY", "canary"),
    ]);
    let config = Config::read(&mut settings).unwrap();
    let shown = table(&settings).join("\n");
    assert!(!shown.contains("canary") && shown.contains("postgresql://user:********@host/db"), "{shown}");
    assert_eq!(config.auth_api_keys.len(), 1);
    assert!(!format!("{:?}", config.jwt_secret).contains("canary"));
}

#[test]
fn ollama_is_where_the_operator_says_or_here_when_asked_for() {
    let url = |values: &[(&str, &str)]| Config::read(&mut Settings::of(values)).unwrap().ollama_base_url;
    assert_eq!(url(&[]), None);
    assert_eq!(url(&[("OLLAMA_BASE_URL", "default")]).as_deref(), Some("http://127.0.0.1:11434"));
    assert_eq!(url(&[("OLLAMA_BASE_URL", "http://gpu:11434")]).as_deref(), Some("http://gpu:11434"));
    assert!(error(&[("OLLAMA_BASE_URL", "gpu:11434")]).starts_with("OLLAMA_BASE_URL: it does not begin with http"));
}

#[test]
fn a_bad_model_table_is_one_line_that_names_file_and_place() {
    let directory = std::env::temp_dir().join(format!("artel-models-{}", std::process::id()));
    std::fs::write(
        &directory,
        r#"{"models": [{"provider": "openai", "id": "gpt-4o", "price_per_million": {"input": "cheap", "output": 1}}]}"#,
    )
    .unwrap();
    let path = directory.to_str().unwrap();
    let told = error(&[("LLM_MODELS_FILE", path)]);
    std::fs::remove_file(&directory).unwrap();
    let beginning =
        format!("LLM_MODELS_FILE: {path}: models[0].price_per_million.input: invalid type: string \"cheap\"");
    assert!(told.starts_with(&beginning) && told.contains("It must look like {") && !told.contains('\n'), "{told}");
    assert!(error(&[("LLM_MODELS_FILE", "/nowhere/models.json")]).contains("/nowhere/models.json: No such file"));
}

#[test]
fn an_empty_variable_counts_as_absent() {
    assert!(matches!(
        Config::read(&mut Settings::of(&[("DATABASE_URL", ""), ("DB_POOL_SIZE", " ")])).unwrap().database,
        Database::Sqlite(_)
    ));
}

#[tokio::test]
async fn no_setting_is_ever_given_to_a_tool_as_its_secret() {
    use artel_tools::Secrets as _;
    let config = Config::read(&mut Settings::of(&[])).unwrap();
    for name in [
        "DATABASE_URL",
        "REDIS_URL",
        "OPENAI_API_KEY",
        "ANTHROPIC_API_KEY",
        "OLLAMA_API_KEY",
        "LLM_PROVIDERS",
        "AUTH_API_KEYS",
        "JWT_SECRET",
        "ARTEL_MASTER_KEY",
    ] {
        assert!(config.names.iter().any(|known| known == name), "{name} is not among the settings");
    }
    let names = config.names.clone();
    let environment = artel_tools::EnvSecrets::with_lookup(
        Box::new(move |name| names.iter().any(|known| known == name).then(|| "leaked".to_owned())),
        config.names.clone(),
        None,
    );
    for name in &config.names {
        assert!(environment.get(artel_domain::TenantId(uuid::Uuid::nil()), name).await.unwrap().is_none(), "{name}");
    }
}

#[test]
fn a_level_of_the_log_is_taken_in_any_case() {
    for (given, taken) in
        [("DEBUG", "debug"), ("INFO", "info"), ("WARNING", "warn"), ("ERROR", "error"), ("warning", "warn")]
    {
        let config = Config::read(&mut Settings::of(&[("LOG_LEVEL", given)])).unwrap();
        assert_eq!(config.log_level, taken);
        assert!(config.log_level.parse::<tracing_subscriber::filter::Targets>().is_ok());
    }
}

#[test]
fn without_a_team_the_coder_answers_and_nobody_is_chosen() {
    for name in ["AGENT_RUNTIME__MULTI_AGENT_ENABLED", "AGENT_RUNTIME__MULTI_AGENT_MODE"] {
        let settings = Config::read(&mut Settings::of(&[(name, "false")])).unwrap().codelab;
        assert_eq!((settings.first.as_str(), settings.routing), ("coder", false), "{name}");
    }
    let settings = Config::read(&mut Settings::of(&[("AGENT_RUNTIME__MULTI_AGENT_ENABLED", "true")])).unwrap().codelab;
    assert_eq!((settings.first.as_str(), settings.routing), ("orchestrator", true));
}

#[test]
fn a_human_is_asked_about_dangerous_tools_unless_the_operator_says_otherwise() {
    let asked = |values: &[(&str, &str)]| -> Vec<String> {
        let config = Config::read(&mut Settings::of(values)).unwrap();
        config.approval_rules.into_iter().map(|rule| rule.tool).collect()
    };
    let usual = ["write_file", "delete_file", "run_command", "create_directory", "move_file", "git_commit"];
    assert_eq!(asked(&[]), usual);
    assert_eq!(
        asked(&[("HITL_DANGEROUS_TOOLS", "pay_*, refund")]),
        ["pay_*", "refund", "create_directory", "move_file", "git_commit"]
    );
    assert!(asked(&[("HITL_ENABLED", "false"), ("HITL_DANGEROUS_TOOLS", "pay_*")]).is_empty());
    let timeout = |values: &[(&str, &str)]| Config::read(&mut Settings::of(values)).unwrap().approval_timeout;
    assert_eq!(timeout(&[]), None);
    assert_eq!(timeout(&[("APPROVAL_TIMEOUT", "300")]), Some(std::time::Duration::from_mins(5)));
}
