/// What reading one file may cost. Reaching a limit refuses the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file itself.
    pub file_bytes: u64,
    /// Bytes that come out of an archive, over all of its members that are read.
    pub unpacked_bytes: u64,
    /// Members of an archive.
    pub members: u64,
    /// Bytes of text that are kept, with 32 for each paragraph and each cell of a table.
    pub text_bytes: u64,
    /// Elements of XML within each other.
    pub depth: u64,
    /// Pages of a PDF, slides, sheets.
    pub pages: u64,
    /// Pages that are read by recognising letters, which takes some seconds for each.
    pub scanned_pages: u64,
    /// Parts of a letter.
    pub mail_parts: u64,
    /// Wall clock time of the whole, in seconds.
    pub seconds: u64,
    /// Address space of a child process, in bytes.
    pub child_memory_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 100 << 20,
            unpacked_bytes: 512 << 20,
            members: 10_000,
            text_bytes: 64 << 20,
            depth: 256,
            pages: 3000,
            scanned_pages: 100,
            mail_parts: 500,
            seconds: 300,
            child_memory_bytes: 1 << 30,
        }
    }
}
