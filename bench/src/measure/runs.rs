//! How long runs take and how many are done per second, on both databases.

use anyhow::{Result, ensure};
use hyper::Method;
use serde_json::Value;

use super::Bench;
use crate::client::{Client, Target};
use crate::figures::{
    Figure, MEMORY_LOADED, POSTGRES_64_P50, POSTGRES_P50, POSTGRES_PER_CPU, POSTGRES_RUNS, SQLITE_64_P50,
    SQLITE_64_P99, SQLITE_HTTP_P50, SQLITE_HTTP_PER_CPU, SQLITE_HTTP_RUNS, SQLITE_P50, SQLITE_P99, SQLITE_PER_CPU,
    SQLITE_RUNS,
};
use crate::load::{Load, Outcome};
use crate::model_server::ANSWER;
use crate::process::Watched;
use crate::subject::{Artel, Postgres};

/// The built-in model that answers at once.
const BUILT_IN: &str = "demo:silent";
/// The model server of this program, reached like any OpenAI-compatible provider.
const OVER_HTTP: &str = "openai:fixed";

pub(super) async fn overhead(bench: &mut Bench<'_>) -> Result<()> {
    let artel = bench.artel.start().await?;
    let watched = [artel.watched()];
    let built_in = bench.runs("sqlite_1", &artel, BUILT_IN, 1, &watched).await?;
    let over_http = bench.runs("sqlite_1_model_over_http", &artel, OVER_HTTP, 1, &watched).await?;
    artel.stop().await?;
    bench.sample_all(&[
        (&SQLITE_P50, built_in.p50_ms),
        (&SQLITE_P99, built_in.p99_ms),
        (&SQLITE_HTTP_P50, over_http.p50_ms),
    ]);
    Ok(())
}

pub(super) async fn throughput(bench: &mut Bench<'_>) -> Result<()> {
    let artel = bench.artel.start().await?;
    let watched = [artel.watched()];
    let built_in = bench.runs("sqlite_64", &artel, BUILT_IN, 64, &watched).await?;
    let over_http = bench.runs("sqlite_64_model_over_http", &artel, OVER_HTTP, 64, &watched).await?;
    let resident = watched[0].resident_bytes()?;
    artel.stop().await?;
    bench.sample_all(&[
        (&SQLITE_RUNS, built_in.runs_per_second),
        (&SQLITE_64_P50, built_in.p50_ms),
        (&SQLITE_64_P99, built_in.p99_ms),
        (&SQLITE_PER_CPU, built_in.runs_per_cpu_second),
        (&SQLITE_HTTP_RUNS, over_http.runs_per_second),
        (&SQLITE_HTTP_PER_CPU, over_http.runs_per_cpu_second),
        (&MEMORY_LOADED, resident / 1e6),
    ]);
    Ok(())
}

pub(super) async fn postgres(bench: &mut Bench<'_>) -> Result<()> {
    let postgres = Postgres::start(&bench.options.services).await?;
    let setup = bench.artel.with("DATABASE_URL", postgres.url.as_str());
    let artel = setup.start().await?;
    let watched = [artel.watched(), postgres.watched.clone()];
    let alone = bench.runs("postgres_1", &artel, BUILT_IN, 1, &watched).await?;
    let crowd = bench.runs("postgres_64", &artel, BUILT_IN, 64, &watched).await?;
    artel.stop().await?;
    drop(postgres);
    bench.sample_all(&[
        (&POSTGRES_P50, alone.p50_ms),
        (&POSTGRES_RUNS, crowd.runs_per_second),
        (&POSTGRES_64_P50, crowd.p50_ms),
        (&POSTGRES_PER_CPU, crowd.runs_per_cpu_second),
    ]);
    Ok(())
}

impl Bench<'_> {
    /// Runs the same load on a new agent with this model. Each run has its own session.
    async fn runs(
        &mut self,
        name: &str,
        artel: &Artel,
        model: &str,
        concurrency: usize,
        watched: &[Watched],
    ) -> Result<Outcome> {
        let owner = artel.owner().await?;
        let body = artel.run_on(&owner, model).await?;
        check_one(&owner, &body, model).await?;
        self.load(name, Load { targets: &[owner], body, concurrency, window: self.window(), watched }).await
    }

    /// Runs a load and stores its details in the raw file under this name.
    pub(super) async fn load(&mut self, name: &str, load: Load<'_>) -> Result<Outcome> {
        let outcome = load.run().await?;
        let (rate, p50, p99, per_cpu) =
            (outcome.runs_per_second, outcome.p50_ms, outcome.p99_ms, outcome.runs_per_cpu_second);
        crate::report::say(&format!(
            "  {name}: {rate:.0} runs/s, p50 {p50:.2} ms, p99 {p99:.2} ms, {per_cpu:.0} runs per CPU second"
        ))?;
        self.report.load(name, outcome.raw.clone());
        Ok(outcome)
    }

    pub(super) fn sample_all(&mut self, samples: &[(&Figure, f64)]) {
        for (figure, value) in samples {
            self.report.sample(figure, *value);
        }
    }
}

/// Checks one run closely: it has an answer, and a later read returns the same answer.
async fn check_one(owner: &Target, body: &[u8], model: &str) -> Result<()> {
    let mut client = Client::connect(owner.clone()).await?;
    let run = client.ask_json(Method::POST, "/runs", Some(&serde_json::from_slice::<Value>(body)?)).await?;
    let right = |answer: &str| if model == OVER_HTTP { answer == ANSWER } else { !answer.is_empty() };
    ensure!(
        run["status"] == "succeeded" && run["output_message"].as_str().is_some_and(right),
        "this run has not the right answer: {run}"
    );
    let kept = client.ask_json(Method::GET, &format!("/runs/{}", run["id"].as_str().unwrap_or_default()), None).await?;
    ensure!(kept["output_message"] == run["output_message"], "kept: {kept}, answered: {run}");
    Ok(())
}
