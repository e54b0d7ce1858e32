use artel_http::Problem;
use artel_store::Page;

use crate::App;
use crate::organizations::Member;

/// Accounts that are named.
const NAMED: u32 = 10;

/// 409 for what cannot be done while a connector has accounts. Names those that the caller sees.
///
/// # Arguments
/// * `instead`: what the caller may do.
pub(super) async fn in_use<P>(app: &App, caller: &Member<P>, key: &str, instead: &str) -> Result<Problem, Problem> {
    let page = Page { limit: NAMED, offset: 0 };
    let (seen, total) = app.store.list_credentials(&app.viewer(caller), Some(key), page).await?;
    let names: Vec<&str> = seen.iter().map(|account| account.instance_id.as_str()).collect();
    let more = total.saturating_sub(i64::try_from(names.len()).unwrap_or(i64::MAX));
    let named = match (names.is_empty(), more > 0) {
        (true, _) => "credentials of other users".to_owned(),
        (false, true) => format!("the credentials {} and {more} more", names.join(", ")),
        (false, false) => format!("the credentials {} (and perhaps other users' own)", names.join(", ")),
    };
    Ok(Problem::conflict("connector_in_use", format!("There are {named} of the service {key}. {instead}")))
}
