use std::process::ExitCode;
use std::time::Instant;

use crate::cli::CheckArgs;
use crate::http_client::Target;
use crate::output;

/// A route, the status it must answer without credentials, and with them.
type Probe = (&'static str, u16, u16);

/// What the public port serves: the platform, the auth service, the console.
const PUBLIC: [Probe; 19] = [
    ("/health", 200, 200),
    ("/health/db", 200, 200),
    ("/metrics", 200, 200),
    ("/docs/", 200, 200),
    ("/redoc", 200, 200),
    ("/openapi.json", 200, 200),
    ("/console/", 200, 200),
    ("/.well-known/jwks.json", 200, 200),
    ("/.well-known/oauth-authorization-server", 200, 200),
    ("/.well-known/openid-configuration", 200, 200),
    ("/auth-health", 200, 200),
    ("/oauth/openapi.json", 200, 200),
    ("/v1/agents?limit=1", 401, 200),
    ("/v1/tools?limit=1", 401, 200),
    ("/v1/runs?limit=1", 401, 200),
    ("/v1/api-keys", 401, 200),
    ("/v1/audit?limit=1", 401, 200),
    ("/v1/organizations/me/agents?limit=1", 401, 200),
    ("/v1/agents/00000000-0000-0000-0000-000000000000", 401, 404),
];
/// CodeLab's gateway, which is at the public port where it is served.
const GATEWAY: [Probe; 6] = [
    ("/gateway-health", 200, 200),
    ("/nginx-health", 200, 200),
    ("/api/v1/health", 200, 200),
    ("/api/v1/openapi.json", 200, 200),
    ("/api/v1/agents", 401, 200),
    ("/api/v1/sessions?limit=1", 401, 200),
];
const AUTH: [Probe; 6] = [
    ("/", 200, 200),
    ("/health", 200, 200),
    ("/metrics", 200, 200),
    ("/openapi.json", 200, 200),
    ("/.well-known/jwks.json", 200, 200),
    ("/oauth/userinfo", 401, 401),
];
const RUNTIME: [Probe; 6] = [
    ("/health", 200, 200),
    ("/metrics", 200, 200),
    ("/openapi.json", 200, 200),
    ("/agents", 401, 200),
    ("/sessions?limit=1", 401, 200),
    ("/events/stats", 401, 200),
];
const LLM_PROXY: [Probe; 5] = [
    ("/health", 200, 200),
    ("/metrics", 200, 200),
    ("/openapi.json", 200, 200),
    ("/v1/models", 401, 200),
    ("/v1/llm/models", 401, 200),
];

/// How a port knows its callers.
#[derive(Clone, Copy)]
enum Shown<'a> {
    Token,
    InternalKey(Option<&'a str>),
}

pub(crate) async fn run(args: CheckArgs) -> anyhow::Result<ExitCode> {
    let key = Shown::InternalKey(args.internal_key.as_deref());
    let others = [
        (&args.auth, &AUTH[..], Shown::InternalKey(None)),
        (&args.runtime, &RUNTIME, key),
        (&args.llm_proxy, &LLM_PROXY, key),
    ];
    let known = args.token.is_some();
    let public = Target::new(&args.url, args.token)?;
    let mut table = Table::new();
    table.probe(&public, "", known, Shown::Token, &PUBLIC).await;
    let answer = public.get(GATEWAY[0].0).send().await;
    let has_gateway = answer.is_ok_and(|answer| answer.status() != reqwest::StatusCode::NOT_FOUND);
    if has_gateway {
        table.probe(&public, "", known, Shown::Token, &GATEWAY).await;
    }
    for (url, probes, shown) in others {
        if let Some(url) = url {
            let known = matches!(shown, Shown::InternalKey(Some(_)));
            table.probe(&Target::new(url, None)?, url.trim_end_matches('/'), known, shown, probes).await;
        }
    }
    output::table(&table.rows);
    output::line(&format!("{} of {} routes answer as they should", table.probed - table.failed, table.probed));
    if !has_gateway {
        output::line("CodeLab's gateway is not served there");
    }
    if !known {
        output::line("give a token (--token or ARTEL_TOKEN) to look behind the login");
    }
    Ok(if table.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

struct Table {
    rows: Vec<Vec<String>>,
    probed: usize,
    failed: usize,
}

impl Table {
    fn new() -> Self {
        let head = ["", "route", "status", "expected", "ms", "note"].map(str::to_owned);
        Self { rows: vec![head.to_vec()], probed: 0, failed: 0 }
    }

    /// * `place`: what stands before the routes of ports that are not the public one.
    /// * `known`: the caller shows something.
    async fn probe(&mut self, target: &Target, place: &str, known: bool, shown: Shown<'_>, probes: &[Probe]) {
        for (path, without, with) in probes {
            let expected = if known { with } else { without };
            let start = Instant::now();
            let request = match shown {
                Shown::Token => target.get(path),
                Shown::InternalKey(Some(key)) => target.get_as_stranger(path).header("x-internal-auth", key),
                Shown::InternalKey(None) => target.get_as_stranger(path),
            };
            let (status, trouble) = match request.send().await {
                Ok(answer) => (answer.status().as_u16().to_string(), String::new()),
                Err(error) if error.is_connect() => ("-".to_owned(), "nobody answers there".to_owned()),
                Err(error) => ("-".to_owned(), error.without_url().to_string()),
            };
            // The right to read keys or the audit log is one that not every token has.
            let forbidden = known && status == "403";
            let good = status == expected.to_string() || forbidden;
            self.probed += 1;
            self.failed += usize::from(!good);
            let note = if forbidden { "this token lacks the scope".to_owned() } else { trouble };
            let mark = if good { "ok" } else { "FAIL" };
            let ms = start.elapsed().as_millis().to_string();
            self.rows.push(vec![mark.into(), format!("{place}{path}"), status, expected.to_string(), ms, note]);
        }
    }
}
