use crate::entry::Entry;
use crate::group::Group;

/// All tools that the product knows of.
#[derive(Debug, Default)]
pub struct Catalogue {
    /// In the order in which people see them.
    pub groups: Vec<Group>,
    /// In the order of the groups.
    pub entries: Vec<Entry>,
    /// What is wrong with the data files; the server does not start with any.
    pub faults: Vec<String>,
}

impl Catalogue {
    /// The tool of that name.
    pub fn entry(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.name == name)
    }
}
