/// Why a file was not read. The text is for the person who uploaded it: what is wrong, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// A type of file that nothing here reads.
    #[error("{what} cannot be read; {hint}")]
    Unsupported {
        /// What the bytes say the file is.
        what: &'static str,
        /// What to upload in its place.
        hint: &'static str,
    },
    /// The file is protected by a password.
    #[error("the file is protected by a password; remove the protection and upload it again")]
    Encrypted,
    /// The bytes break the rules of their own format.
    #[error("the file is damaged: {0}; open it in the program that made it, save it again and upload that")]
    Damaged(String),
    /// A limit of size was reached.
    #[error("the file is too large: more than {limit} {unit}; upload it in smaller parts")]
    TooLarge {
        /// The limit that was reached.
        limit: u64,
        /// What is counted.
        unit: &'static str,
    },
    /// Reading took longer than it may.
    #[error("the file could not be read within {seconds} s; upload it in smaller parts")]
    TooSlow {
        /// The limit that was reached.
        seconds: u64,
    },
    /// A program that reads this type is not installed.
    #[error(
        "{what} can be read only where the program `{program}` is installed; the operator installs it with `{install}`"
    )]
    Missing {
        /// The type of file.
        what: &'static str,
        /// The program that was not found.
        program: &'static str,
        /// The command that installs it on Debian and Ubuntu.
        install: &'static str,
    },
    /// A converter failed for a reason of its own.
    #[error("{program} could not read the file: {reason}")]
    Converter {
        /// The program.
        program: &'static str,
        /// How it ended, or the last line that it wrote.
        reason: String,
    },
    /// The file was read, and there is no text in it.
    #[error("there is no text in the file")]
    Empty,
}

impl Refusal {
    /// A word for programs: the same for all refusals of a kind.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unsupported { .. } => "unsupported",
            Self::Encrypted => "encrypted",
            Self::Damaged(_) => "damaged",
            Self::TooLarge { .. } => "too_large",
            Self::TooSlow { .. } => "too_slow",
            Self::Missing { .. } => "missing_program",
            Self::Converter { .. } => "converter_failed",
            Self::Empty => "empty",
        }
    }

    /// Whether the same bytes may be read another time: when a program was installed, or the machine is less busy.
    pub fn may_pass_later(&self) -> bool {
        matches!(self, Self::Missing { .. } | Self::TooSlow { .. } | Self::Converter { .. })
    }

    pub(crate) fn damaged(what: impl Into<String>) -> Self {
        Self::Damaged(what.into())
    }
}
