use super::{Faults, header, host};
use crate::schema::{Connector, Scheme, Send, Template};

pub(super) fn check(connector: &Connector, faults: &mut Faults<'_>) {
    for (name, member) in &connector.credential {
        let pattern = member.pattern.as_ref().map(|pattern| regex::Regex::new(pattern));
        if let Some(Err(_)) = pattern {
            faults.within("credential").within(name).add("the pattern is no regular expression");
        }
    }
    for scheme in &connector.auth {
        check_scheme(connector, scheme, &mut faults.within("auth").within(&scheme.key));
    }
}

fn check_scheme(connector: &Connector, scheme: &Scheme, faults: &mut Faults<'_>) {
    for name in scheme.needs.iter().filter(|name| !connector.credential.contains_key(*name)) {
        faults.add(format!("needs: {name} is no member of the credential"));
    }
    if let Some(template) = &scheme.host {
        host(connector, template, faults);
    }
    for template in scheme.send.iter().flat_map(sent) {
        known(connector, scheme, template, faults);
    }
    for send in &scheme.send {
        if let Send::Header { name, .. } = send {
            header(name, faults);
        }
        if let Send::HeadersOf { member } | Send::QueryOf { member } = send
            && !connector.credential.contains_key(member)
        {
            faults.add(format!("{member} is no member of the credential"));
        }
    }
    if scheme.login.is_some() && scheme.oauth2.is_some() {
        faults.add("a scheme has a login or oauth2, not both");
    }
    if let Some(oauth2) = &scheme.oauth2 {
        known(connector, scheme, &oauth2.token_url, faults);
    }
    if let Some(login) = &scheme.login {
        known(connector, scheme, &login.request.url, faults);
        login.request.headers.keys().for_each(|name| header(name, faults));
        login.request.headers.values().for_each(|template| known(connector, scheme, template, faults));
    }
}

fn sent(send: &Send) -> Vec<&Template> {
    match send {
        Send::Header { value, .. } | Send::Query { value, .. } | Send::Body { value, .. } => vec![value],
        Send::Basic { username, password } => vec![username, password],
        Send::HeadersOf { .. } | Send::QueryOf { .. } => Vec::new(),
    }
}

fn known(connector: &Connector, scheme: &Scheme, template: &Template, faults: &mut Faults<'_>) {
    for name in template.names() {
        let member = name.split('.').next().unwrap_or(name);
        let obtained =
            (member == "session" && scheme.login.is_some()) || (member == "access_token" && scheme.oauth2.is_some());
        if !obtained && !connector.credential.contains_key(member) {
            faults.add(format!("{{{name}}} is no member of the credential"));
        }
    }
}
