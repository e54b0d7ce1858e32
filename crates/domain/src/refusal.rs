use std::error::Error;
use std::fmt;

use serde_json::Value;

type Cause = Box<dyn Error + Send + Sync>;

/// Why something that was asked for is not done. Every surface says it in its own words; nothing has changed.
#[derive(Debug)]
pub struct Refusal {
    pub kind: RefusalKind,
    pub subject: Subject,
    /// The word for programs. A surface may show another one.
    pub code: &'static str,
    /// The sentence for people.
    pub message: String,
    /// Facts for programs.
    pub details: Option<Box<Value>>,
    /// What is wrong with each member, when several may be.
    pub faults: Vec<Fault>,
}

/// What is wrong with one member of what was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where: `values.city`.
    pub field: String,
    /// Goes on after the member's name: "must be a number".
    pub message: String,
}

/// What the asker does about a refusal.
#[derive(Debug)]
pub enum RefusalKind {
    /// The asker is known and lacks the permission.
    Forbidden,
    /// The subject is absent, or nothing that this asker may know of.
    Absent,
    /// The subject is in a state in which this cannot be done.
    Conflict,
    /// The subject is larger than the limit.
    TooLarge,
    /// The subject's value is wrong.
    Invalid,
    /// A limit is used up. The same can be asked again after this number of seconds.
    TooMany { retry_after_seconds: u64 },
    /// A service that this depends on cannot be reached. The same can be asked again soon.
    Unavailable(Cause),
    /// A defect, or damaged data. The cause is for the log alone.
    Internal(Cause),
}

/// What a refusal is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    Agent,
    Approval,
    /// The arguments that are put in place of a call's.
    Arguments,
    Call,
    Form,
    /// The message that starts a run.
    Input,
    /// A file of a user's memory.
    Memory,
    Run,
    Scope,
    /// The store, the bus, or another part of the installation.
    Service,
    Session,
    SessionId,
    Skill,
    Task,
    Tool,
}

impl Subject {
    /// The noun of a sentence.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Approval => "approval",
            Self::Arguments => "arguments",
            Self::Call => "call",
            Self::Form => "form",
            Self::Input => "input_message",
            Self::Memory => "file",
            Self::Run => "run",
            Self::Scope => "scope",
            Self::Service => "service",
            Self::Session => "session",
            Self::SessionId => "session_id",
            Self::Skill => "skill",
            Self::Task => "task",
            Self::Tool => "tool",
        }
    }
}

impl Refusal {
    /// A refusal without details.
    pub fn new(kind: RefusalKind, subject: Subject, code: &'static str, message: impl Into<String>) -> Self {
        Self { kind, subject, code, message: message.into(), details: None, faults: Vec::new() }
    }

    pub fn forbidden(subject: Subject, code: &'static str, message: impl Into<String>) -> Self {
        Self::new(RefusalKind::Forbidden, subject, code, message)
    }

    pub fn absent(subject: Subject) -> Self {
        Self::new(RefusalKind::Absent, subject, "not_found", format!("There is no such {}.", subject.as_str()))
    }

    pub fn conflict(subject: Subject, code: &'static str, message: impl Into<String>) -> Self {
        Self::new(RefusalKind::Conflict, subject, code, message)
    }

    /// `message` goes on after the subject's name: "must be an object".
    pub fn invalid(subject: Subject, message: impl Into<String>) -> Self {
        Self::new(RefusalKind::Invalid, subject, "validation_error", message)
    }

    /// Several members are wrong.
    pub fn faulty(subject: Subject, faults: Vec<Fault>) -> Self {
        Self { faults, ..Self::invalid(subject, "has members that are wrong") }
    }

    pub fn too_many(subject: Subject, message: impl Into<String>, retry_after_seconds: u64) -> Self {
        Self::new(RefusalKind::TooMany { retry_after_seconds }, subject, "rate_limited", message)
    }

    pub fn unavailable(cause: impl Into<Cause>) -> Self {
        let message = "A service that Artel depends on is not available.";
        Self::new(RefusalKind::Unavailable(cause.into()), Subject::Service, "unavailable", message)
    }

    pub fn internal(cause: impl Into<Cause>) -> Self {
        Self::new(
            RefusalKind::Internal(cause.into()),
            Subject::Service,
            "internal_error",
            "Something went wrong on our side.",
        )
    }

    #[must_use]
    pub fn with_details(mut self, details: Value) -> Self {
        self.details = Some(Box::new(details));
        self
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for Refusal {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.kind {
            RefusalKind::Unavailable(cause) | RefusalKind::Internal(cause) => Some(&**cause),
            _ => None,
        }
    }
}
