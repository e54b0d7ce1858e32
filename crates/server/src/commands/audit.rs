use std::process::ExitCode;

use anyhow::bail;
use artel_domain::TenantId;
use artel_store::Identities;

use crate::config::Config;
use crate::{logging, output, wiring};

const PAGE: u32 = 1000;

pub(crate) async fn verify(tenant: Option<TenantId>) -> anyhow::Result<ExitCode> {
    let config = Config::load()?;
    logging::start(&config);
    let store = wiring::open_store(&config).await?;
    let known = store.list_tenants().await?;
    let tenants = match tenant {
        Some(tenant) if !known.contains(&tenant) => bail!("there is no tenant {tenant}"),
        Some(tenant) => vec![tenant],
        None => known,
    };
    let mut broken = 0;
    for tenant in tenants {
        match check_chain(store.as_ref(), tenant).await? {
            Ok(rows) => output::line(&format!("tenant {tenant}: {rows} rows, chain whole")),
            Err(problem) => {
                broken += 1;
                output::line(&format!("tenant {tenant}: BROKEN: {problem}"));
            }
        }
    }
    store.close().await;
    Ok(if broken == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The number of rows, or what is wrong with the first one that does not fit.
async fn check_chain(store: &dyn Identities, tenant: TenantId) -> anyhow::Result<Result<i64, String>> {
    // Read first: rows that are added meanwhile are beyond it.
    let head = store.audit_head(tenant).await?;
    let (mut seq, mut hash) = (0, String::new());
    loop {
        let rows = store.audit_chain(tenant, seq, PAGE).await?;
        let last_page = rows.len() < PAGE as usize;
        for row in rows {
            if row.seq != seq + 1 {
                return Ok(Err(format!("row {} is missing", seq + 1)));
            }
            if row.hash != row.expected_hash(&hash) {
                return Ok(Err(format!("row {} was changed, or the one before it was replaced", row.seq)));
            }
            if head.as_ref().is_some_and(|(last, expected)| *last == row.seq && *expected != row.hash) {
                return Ok(Err(format!("row {} is not the one that was written last", row.seq)));
            }
            (seq, hash) = (row.seq, row.hash);
        }
        if last_page {
            break;
        }
    }
    let expected = head.map_or(0, |(last, _)| last);
    Ok(if seq < expected { Err(format!("rows {} to {expected} are missing", seq + 1)) } else { Ok(seq) })
}
