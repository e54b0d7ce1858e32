//! Files that the tests make themselves, read by the public interface.

mod files;
mod formats;
mod hostile;
mod letters;
mod mutants;
mod passages;
mod pdf;
mod scans;
mod tables;
