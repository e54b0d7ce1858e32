//! Typed ids. All are UUIDs (v7 when Artel makes them), except a session's, which its client may choose.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
        #[serde(transparent)]
        #[schema(value_type = String, format = Uuid)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )*};
}

id! {
    /// An organisation: every row belongs to one.
    TenantId,
    /// A person in a tenant.
    UserId,
    ApiKeyId,
    AgentId,
    ToolId,
    BindingId,
    RunId,
    /// One tool call of a run: UUIDv5 of run, step and ordinal, so that it survives a crash.
    CallId,
    ApprovalId,
    /// A file that a user sent or a tool made.
    ArtifactId,
    /// One login: all refresh tokens that came of it.
    FamilyId,
    /// One account of an external service.
    CredentialId,
    /// The right of an agent to use a credential.
    GrantId,
    /// Where a service delivers what it sends by itself.
    HookId,
    /// Something that a service sent by itself.
    InboundEventId,
    /// Where a tenant wants to be told what happens.
    WebhookEndpointId,
    /// One message to one endpoint.
    WebhookDeliveryId,
    /// Work that an agent does by itself.
    TaskId,
    /// A way of working that agents follow.
    SkillId,
    /// A file whose text is searched and cited.
    DocumentId,
}

impl WebhookDeliveryId {
    /// The message that tells an endpoint of one event of one run or approval: whoever makes it again finds it.
    ///
    /// FROZEN: receivers know messages by these ids.
    pub fn of_notice(endpoint: WebhookEndpointId, subject: Uuid, event: &str) -> Self {
        Self(Uuid::new_v5(&endpoint.0, format!("{subject}/{event}").as_bytes()))
    }
}

impl RunId {
    /// The run that a call starts for its task `index`, from 0: the call made again finds it. It has the time of the
    /// run that makes the call, so that runs are listed and claimed together with the run that they work for.
    ///
    /// # Arguments
    /// * `parent`: the run of the call.
    ///
    /// FROZEN: runs that are under way have these ids.
    pub fn of_task(parent: Self, call: CallId, index: usize) -> Self {
        Self::at_the_time_of(parent, Uuid::new_v5(&call.0, format!("subagent/{index}").as_bytes()))
    }

    fn at_the_time_of(parent: Self, id: Uuid) -> Self {
        let mut bytes = *id.as_bytes();
        bytes[..6].copy_from_slice(&parent.0.as_bytes()[..6]);
        bytes[6] = bytes[6] & 0x0F | 0x70;
        Self(Uuid::from_bytes(bytes))
    }
}

impl TaskId {
    /// The task that a call makes: the call made again finds it.
    ///
    /// FROZEN: tasks that are kept have these ids.
    pub fn of_call(call: CallId) -> Self {
        Self(Uuid::new_v5(&call.0, b"task"))
    }
}

/// Beneath it are the ids of the skills that are part of the product.
const SYSTEM_SKILLS: Uuid = Uuid::from_u128(0x5c1a_9e0d_2f64_4b7e_9d35_8a10_c6b2_71f4);

impl SkillId {
    /// The skill that a call makes: the call made again finds it.
    ///
    /// FROZEN: skills that are kept have these ids.
    pub fn of_call(call: CallId) -> Self {
        Self(Uuid::new_v5(&call.0, b"skill"))
    }

    /// The skill of this name that is part of the product.
    ///
    /// FROZEN: prompts and tasks of users name skills by their ids.
    pub fn of_system(name: &str) -> Self {
        Self(Uuid::new_v5(&SYSTEM_SKILLS, name.as_bytes()))
    }
}

impl CallId {
    /// The same call has the same id in every life of the process.
    ///
    /// FROZEN: the name under which the id is made. Receivers know a call by its id (it is the idempotency key), and a
    /// run of an earlier version goes on with the ids that its journal has.
    pub fn derive(run: RunId, step: u32, ordinal: u32) -> Self {
        Self(Uuid::new_v5(&run.0, format!("call/{step}/{ordinal}").as_bytes()))
    }
}

impl ArtifactId {
    /// A file that a call made: the call made again finds it.
    ///
    /// FROZEN: files that are kept have these ids.
    pub fn of_call(call: CallId, ordinal: u32) -> Self {
        Self(Uuid::new_v5(&call.0, format!("artifact/{ordinal}").as_bytes()))
    }
}

impl ApprovalId {
    /// The first question about a call: asking twice after a crash finds it again.
    ///
    /// FROZEN: questions that wait in databases have these ids.
    pub fn derive(call: CallId) -> Self {
        Self(Uuid::new_v5(&call.0, b"approval"))
    }

    /// The question of this round about a call; rounds count from 1. A call has more than one when its tool was changed
    /// after it was approved.
    ///
    /// FROZEN: questions that wait in databases have these ids.
    pub fn of_round(call: CallId, round: u32) -> Self {
        if round <= 1 {
            Self::derive(call)
        } else {
            Self(Uuid::new_v5(&call.0, format!("approval/{round}").as_bytes()))
        }
    }
}

/// A dialogue's id within its tenant, as it is stored. A UUID when the client names none; otherwise the client's own
/// text of 1 to 200 characters, or [`SessionId::of_user`] of it when another user of the tenant has a session with that
/// text.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct SessionId(pub String);

impl SessionId {
    /// The stored id of the session that `user` calls `name`, for when the id `name` itself belongs to another user.
    ///
    /// FROZEN: sessions are stored under this form, and their names are read back from it.
    pub fn of_user(user: UserId, name: &str) -> Self {
        Self(format!("~{}~{name}", user.0.simple()))
    }

    /// What the session's user calls it: the id without what [`SessionId::of_user`] put before it.
    pub fn name(&self) -> &str {
        self.split().map_or(self.0.as_str(), |(_, name)| name)
    }

    /// The id under which views show the session.
    #[must_use]
    pub fn shown(&self) -> Self {
        Self(self.name().to_owned())
    }

    /// Whether the text has the form of [`SessionId::of_user`]. Such a text is never stored as a client's own name.
    pub fn is_of_user(&self) -> bool {
        self.split().is_some()
    }

    /// Whether the text names one session for the whole tenant: a UUID does, because nobody chooses it by chance. Every
    /// other text is a name among the sessions of the user who says it.
    pub fn is_unique(&self) -> bool {
        Uuid::parse_str(&self.0).is_ok()
    }

    fn split(&self) -> Option<(Uuid, &str)> {
        let (user, name) = self.0.strip_prefix('~')?.split_once('~')?;
        let is_simple =
            user.len() == 32 && user.bytes().all(|byte| byte.is_ascii_hexdigit() && !byte.is_ascii_uppercase());
        is_simple.then(|| Uuid::parse_str(user).ok()).flatten().map(|user| (user, name))
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derived_ids_stay_what_they_were() {
        let call = CallId::derive(RunId(Uuid::from_u128(7)), 1, 0);
        assert_eq!(call.to_string(), "8d54a3a0-32a8-5446-a701-9a42cd9bd521");
        let ids = [ApprovalId::derive(call), ApprovalId::of_round(call, 1), ApprovalId::of_round(call, 2)];
        let first = "5d33b57f-6909-5560-8cac-3c3bc0f638b0";
        assert_eq!(ids.map(|id| id.to_string()), [first, first, "eda4d672-af68-5b4a-a700-5d64353b26f5"]);
    }

    #[test]
    fn the_ids_of_subagents_stay_what_they_were() {
        let parent = RunId("0198c5a2-0000-7000-8000-000000000007".parse().unwrap());
        let call = CallId::derive(parent, 1, 0);
        let ids = [0, 1].map(|index| RunId::of_task(parent, call, index));
        assert_eq!(
            ids.map(|id| id.to_string()),
            ["0198c5a2-0000-7f34-aada-e19db03e0be5", "0198c5a2-0000-7caa-88c0-79d676a4e517"]
        );
        assert!(ids.iter().all(|id| id.0.get_version_num() == 7));
    }

    #[test]
    fn the_stored_id_of_a_second_users_session_is_frozen_and_gives_the_name_back() {
        let user = UserId("0198c5a2-0000-7000-8000-000000000007".parse().unwrap());
        let stored = SessionId::of_user(user, "chat~1");
        assert_eq!(stored.0, "~0198c5a2000070008000000000000007~chat~1");
        assert_eq!((stored.name(), stored.is_of_user(), stored.is_unique()), ("chat~1", true, false));
    }

    #[test]
    fn other_texts_are_their_own_names() {
        for text in ["chat-1", "", "~", "~~x", "~0198c5a2~x", "~0198C5A2000070008000000000000007~x"] {
            let id = SessionId(text.to_owned());
            assert_eq!((id.name(), id.is_of_user(), id.is_unique()), (text, false, false));
        }
        assert!(SessionId("0198c5a2-0000-7000-8000-000000000007".to_owned()).is_unique());
    }
}
