//! What every surface may ask of a run, a session or a saved task: start a run, answer a call, decide about one,
//! cancel, switch the specialist, keep a task and start it, keep a file in a user's memory,
//! keep a skill.
//!
//! An intent checks the request, stores it in one transaction and wakes the workers, who do the rest. All limits that
//! do not belong to a protocol are checked here. This crate must never know HTTP, SQL, a model, or the words of one
//! surface's clients: it refuses with [`artel_domain::Refusal`], which each surface shows in its own way.

mod answer;
mod cancel;
mod decide;
mod forms;
mod ground;
mod memory;
mod scopes;
mod sessions;
mod skills;
mod start_run;
mod switch;
mod tasks;
mod team_agent;
mod text;
mod turns;
mod viewer;

pub use answer::CallAnswer;
pub use decide::{ARGUMENTS_MISSING, ApprovalRef, HumanDecision, NewArguments};
pub use forms::{FormAnswer, FormRef};
pub use ground::{Intents, IntentsConfig};
pub use memory::{ChangeMemory, ChangedMemory, MemoryDeed};
pub use sessions::OpenSession;
pub use skills::{FoundSkill, NewSkillFile, SkillChange, SkillDraft, SkillFilter};
pub use start_run::{Runner, StartRun, Started};
pub use switch::Switch;
pub use tasks::{ByAgent, Cron, NewTask, RunTask, TaskChange, TaskTerms};
pub use turns::{StartTurn, WhenBusy};
