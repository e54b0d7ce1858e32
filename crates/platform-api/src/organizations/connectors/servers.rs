//! The addresses of an imported connector, before anybody keeps it.

use artel_connectors::Connector;
use artel_connectors::schema::{Format, Template};
use artel_egress::Egress;
use artel_http::Problem;

/// Asks the guard of the calls about each address that the document names: the servers, the addresses of tokens, and
/// what a credential has by default. A host's name is resolved at each call, not here.
///
/// # Arguments
/// * `field`: where the document came from in the request.
///
/// # Errors
/// 422: an address that no call could go to, and why.
pub(super) fn check_servers(egress: &Egress, connector: &Connector, field: &'static str) -> Result<(), Problem> {
    let tokens = connector.auth.iter().filter_map(|scheme| scheme.oauth2.as_ref()).map(|oauth2| &oauth2.token_url);
    let addresses = connector.hosts.values().chain(tokens).filter_map(|template| filled(connector, template));
    let defaults = connector.credential.values().filter(|member| member.format == Format::Url);
    let defaults = defaults.filter_map(|member| Some(member.default.as_ref()?.as_str()?.to_owned()));
    for address in addresses.chain(defaults) {
        if let Err(refusal) = egress.check(&address, &[]) {
            let message = format!("names a server that is never called, {address}: {refusal}");
            return Err(Problem::invalid_field(field, message));
        }
    }
    Ok(())
}

/// The address with the defaults of its variables; a word stands for what has none. `None`: the credential brings it
/// whole.
fn filled(connector: &Connector, template: &Template) -> Option<String> {
    let default = |name: &str| Some(connector.credential.get(name)?.default.as_ref()?.as_str()?.to_owned());
    let address: String =
        template.fill(|name| Ok::<_, ()>(default(name).unwrap_or_else(|| "variable".to_owned()))).ok()?;
    address.contains("://").then_some(address)
}
