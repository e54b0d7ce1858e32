/// A type of file that can be read, told by its bytes alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    Text,
    Markdown,
    Csv,
    Html,
    Docx,
    Xlsx,
    Pptx,
    Odt,
    Mail,
    Pdf,
    Image,
}

impl Kind {
    /// The word that stands for the type in an API: the usual ending of such files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "txt",
            Self::Markdown => "md",
            Self::Csv => "csv",
            Self::Html => "html",
            Self::Docx => "docx",
            Self::Xlsx => "xlsx",
            Self::Pptx => "pptx",
            Self::Odt => "odt",
            Self::Mail => "eml",
            Self::Pdf => "pdf",
            Self::Image => "image",
        }
    }
}
