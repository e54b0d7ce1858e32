use std::sync::Arc;

use artel_catalogue::args::ListServices;
use artel_connectors::Connector;
use artel_domain::{caseless, names};
use artel_tools::{Builtin, CallContext, ToolError, ToolOutput};
use async_trait::async_trait;
use serde_json::{Value, json};

use crate::access::{Access, Granted};
use crate::services::Services;

/// Says which services the agent may use, with which accounts.
pub(crate) struct ListServicesTool(pub(crate) Arc<Services>);

#[async_trait]
impl Builtin for ListServicesTool {
    const NAME: &'static str = "list_services";
    type Args = ListServices;

    async fn call(&self, context: &CallContext, args: ListServices) -> Result<ToolOutput, ToolError> {
        let access = Access::of(&self.0, context).await?;
        let connectors = access.connectors(&self.0).await?;
        let granted = access.granted(&self.0, &access.services).await?;
        let connected_only = args.connected_only.unwrap_or(true);
        let wanted = args.query.as_deref().map(caseless).unwrap_or_default();
        let services: Vec<Value> = connectors
            .iter()
            .map(|listed| &*listed.connector)
            .filter(|connector| fits(connector, &wanted))
            .map(|connector| shown(connector, &granted))
            .filter(|service| !connected_only || service["instances"].as_array().is_some_and(|all| !all.is_empty()))
            .collect();
        Ok(json!({ "services": services }).into())
    }
}

fn fits(connector: &Connector, wanted: &str) -> bool {
    let names = caseless(&format!("{} {} {}", connector.key, connector.title.en, connector.title.ru));
    wanted.split_whitespace().all(|word| names.contains(word))
}

fn shown(connector: &Connector, granted: &[Granted]) -> Value {
    let instances: Vec<Value> = granted
        .iter()
        .filter(|granted| granted.credential.service_name == connector.key)
        .map(|granted| {
            let credential = &granted.credential;
            json!({ "instance_id": credential.instance_id, "account_label": names::visible(&credential.account_label), "scopes": granted.scopes })
        })
        .collect();
    let modules: Vec<&str> = connector.modules.iter().map(|module| module.key.as_str()).collect();
    json!({ "service": connector.key, "title": connector.title, "instances": instances, "modules": modules })
}
