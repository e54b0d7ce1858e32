use std::process::ExitCode;
use std::time::Instant;

use crate::cli::CheckArgs;
use crate::http_client::Target;
use crate::output;

/// A route, the status it must answer without credentials, and with them.
const PROBES: [(&str, u16, u16); 15] = [
    ("/health", 200, 200),
    ("/health/db", 200, 200),
    ("/metrics", 200, 200),
    ("/docs/", 200, 200),
    ("/redoc", 200, 200),
    ("/openapi.json", 200, 200),
    ("/.well-known/jwks.json", 200, 200),
    ("/.well-known/oauth-authorization-server", 200, 200),
    ("/auth-health", 200, 200),
    ("/v1/agents?limit=1", 401, 200),
    ("/v1/tools?limit=1", 401, 200),
    ("/v1/runs?limit=1", 401, 200),
    ("/v1/api-keys", 401, 200),
    ("/v1/audit?limit=1", 401, 200),
    ("/v1/agents/00000000-0000-0000-0000-000000000000", 401, 404),
];

pub(crate) async fn run(args: CheckArgs) -> anyhow::Result<ExitCode> {
    let known = args.token.is_some();
    let target = Target::new(&args.url, args.token)?;
    let mut rows =
        vec![vec![String::new(), "route".into(), "status".into(), "expected".into(), "ms".into(), "note".into()]];
    let mut failed = 0;
    for (path, without, with) in PROBES {
        let expected = if known { with } else { without };
        let start = Instant::now();
        let (status, note) = match target.get(path).send().await {
            Ok(answer) => (answer.status().as_u16().to_string(), String::new()),
            Err(error) => (
                "-".to_owned(),
                if error.is_connect() { "nobody answers there".to_owned() } else { error.without_url().to_string() },
            ),
        };
        // The right to read keys or the audit log is one that not every token has.
        let forbidden = known && status == "403";
        let good = status == expected.to_string() || forbidden;
        failed += usize::from(!good);
        let note = if forbidden { "this token lacks the scope".to_owned() } else { note };
        let mark = if good { "ok" } else { "FAIL" };
        rows.push(vec![
            mark.into(),
            path.into(),
            status,
            expected.to_string(),
            start.elapsed().as_millis().to_string(),
            note,
        ]);
    }
    output::table(&rows);
    output::line(&format!("{} of {} routes answer as they should", PROBES.len() - failed, PROBES.len()));
    if !known {
        output::line("give a token (--token or ARTEL_TOKEN) to look behind the login");
    }
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
