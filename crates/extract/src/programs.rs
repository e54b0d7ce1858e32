use std::env;
use std::path::PathBuf;

use crate::Refusal;

/// The programs that read what this crate does not: each may be absent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Programs {
    /// Text of a PDF, from poppler.
    pub pdftotext: Option<PathBuf>,
    /// Pictures of a PDF's pages, from poppler.
    pub pdftoppm: Option<PathBuf>,
    /// Text of pictures.
    pub tesseract: Option<PathBuf>,
}

pub(crate) const POPPLER: &str = "apt install poppler-utils";
pub(crate) const TESSERACT: &str = "apt install tesseract-ocr tesseract-ocr-rus";

impl Programs {
    /// The programs that are on this process's `PATH`.
    pub fn found() -> Self {
        let path = env::var_os("PATH").unwrap_or_default();
        let find = |name: &str| env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file());
        Self { pdftotext: find("pdftotext"), pdftoppm: find("pdftoppm"), tesseract: find("tesseract") }
    }

    /// What cannot be read here for want of a program, as the refusals that users would get.
    pub fn missing(&self) -> Vec<Refusal> {
        [self.of_pdf().err(), self.of_scan().err(), self.of_image().err()].into_iter().flatten().collect()
    }

    pub(crate) fn of_pdf(&self) -> Result<&PathBuf, Refusal> {
        need(self.pdftotext.as_ref(), "a PDF", "pdftotext", POPPLER)
    }

    pub(crate) fn of_scan(&self) -> Result<&PathBuf, Refusal> {
        need(self.pdftoppm.as_ref(), "a scanned PDF", "pdftoppm", POPPLER)
    }

    pub(crate) fn of_image(&self) -> Result<&PathBuf, Refusal> {
        need(self.tesseract.as_ref(), "a scan or a picture", "tesseract", TESSERACT)
    }
}

fn need<'a>(
    path: Option<&'a PathBuf>,
    what: &'static str,
    program: &'static str,
    install: &'static str,
) -> Result<&'a PathBuf, Refusal> {
    path.ok_or(Refusal::Missing { what, program, install })
}
