use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::words::words;
use crate::{AgentId, ApprovalId, CallId, RunId, SessionId, Target, TargetChange, TenantId, Timestamp, UserId};

words! {
    ApprovalState { Pending = "pending", Approved = "approved", Rejected = "rejected", Expired = "expired", Cancelled = "cancelled" }
    /// `Edit` approves other arguments than those proposed.
    Decision { Approve = "approve", Edit = "edit", Reject = "reject", Expire = "expire" }
    /// What a rule says about a call.
    RuleEffect {
        Allow = "allow",
        /// A human is asked.
        Ask = "ask",
        /// The call is not made; the model is told why.
        Deny = "deny",
    }
    /// How an argument is compared.
    Comparison {
        Equals = "eq",
        /// Of numbers.
        Greater = "gt",
        /// Of numbers.
        Less = "lt",
        /// Of texts: `*` stands for any text, `?` for one character.
        Matches = "matches",
    }
}

/// A durable question to a human about one tool call. It approves the arguments and the target that it shows, and
/// nothing else.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Approval {
    pub id: ApprovalId,
    pub tenant_id: TenantId,
    pub session_id: SessionId,
    pub run_id: RunId,
    pub call_id: CallId,
    /// Whose call it is; absent in rows of older releases.
    pub agent_id: Option<AgentId>,
    pub name: String,
    pub args: Value,
    pub args_digest: String,
    /// Where the call goes and as whom. `None` in approvals of releases that showed the arguments only: these pin
    /// nothing else.
    pub target: Option<Target>,
    /// What differs from the target that was approved before, when the call is asked about again.
    pub changed: Vec<TargetChange>,
    pub reason: String,
    /// Who sees and decides it besides those who see the session, as [`Approvers::names`] gives them.
    pub approvers: Vec<String>,
    pub state: ApprovalState,
    pub decision: Option<Decision>,
    pub decided_args: Option<Value>,
    pub feedback: Option<String>,
    pub decided_by: Option<UserId>,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub decided_at: Option<Timestamp>,
}

impl Approval {
    /// SHA-256 over the arguments and the target, hex. `None` where there is no target.
    pub fn digest(&self) -> Option<String> {
        self.target.as_ref().map(|target| target.digest(&self.args))
    }
}

/// What is said about some tool calls: those of tools whose name matches, by this agent or any, with arguments that
/// meet all conditions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ApprovalRule {
    /// The tool's name; `*` stands for any text, `?` for one character.
    ///
    /// Names are compared as [`crate::names`] says: case, punctuation and letters that look alike make no other.
    #[schema(schema_with = tool_pattern)]
    pub tool: String,
    /// Only calls of this agent; of every agent when absent.
    #[serde(default)]
    pub agent_id: Option<AgentId>,
    /// All of these must hold.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub conditions: Vec<ArgumentCondition>,
    pub effect: RuleEffect,
    /// What the human who is asked, or the model that is refused, gets to read.
    #[serde(default)]
    #[schema(schema_with = reason)]
    pub reason: Option<String>,
    /// With `ask`: who else sees the question and decides it, without seeing the rest of the session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approvers: Option<Approvers>,
}

/// Who may decide a held call besides the session's owner.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Approvers {
    #[schema(max_items = 50)]
    pub users: Vec<UserId>,
    /// Everybody in the tenant with one of these scopes; `admin` stands for its administrators.
    #[schema(schema_with = scopes)]
    pub scopes: Vec<String>,
}

fn tool_pattern() -> utoipa::openapi::schema::Schema {
    use utoipa::openapi::schema::{ObjectBuilder, Type};
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(
            "The tool's name; `*` stands for any text, `?` for one character. Case, white space, punctuation and letters \
             that look alike make no other name, and a tool is also known by what its built-in function is called.",
        ))
        .min_length(Some(1))
        .max_length(Some(200))
        .pattern(Some(crate::names::schema_pattern()))
        .build()
        .into()
}

fn reason() -> utoipa::openapi::schema::Schema {
    use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
    ObjectBuilder::new()
        .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
        .description(Some("What the human who is asked, or the model that is refused, gets to read: one line."))
        .max_length(Some(500))
        .pattern(Some(format!("^$|{}", crate::names::schema_pattern())))
        .build()
        .into()
}

fn scopes() -> utoipa::openapi::schema::Schema {
    use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Type};
    let scope = ObjectBuilder::new().schema_type(Type::String).pattern(Some("^[!-~]{1,200}$"));
    ArrayBuilder::new().items(scope).max_items(Some(10)).build().into()
}

impl Approvers {
    /// FROZEN: approvals are stored with these names.
    pub fn names(&self) -> Vec<String> {
        let users = self.users.iter().map(|user| format!("user:{user}"));
        users.chain(self.scopes.iter().map(|scope| format!("scope:{scope}"))).collect()
    }
}

/// What must hold of one argument. It never does of an argument that is not there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ArgumentCondition {
    /// Where in the arguments: a JSON Pointer such as `/path` or `/options/force`.
    #[schema(min_length = 2, max_length = 200, pattern = "^(/[^/~\\u0000]+)+$")]
    pub argument: String,
    pub is: Comparison,
    #[schema(schema_with = crate::any_value::any_value)]
    pub value: Value,
}
