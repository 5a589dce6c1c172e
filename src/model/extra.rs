//! What was read and nobody models, kept verbatim so that it can be written back.

/// What a source said of a value beyond the value: kept for the way back to the same format.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rest {
    /// vCard group (`item1` of `item1.TEL`), as written.
    pub group: String,
    /// Parameters that are not modelled: name in upper case, values with their encoding undone, in order.
    pub params: Vec<(String, Vec<String>)>,
    /// The value as the source wrote it, kept only where the typed value says less (list structure, time of day).
    /// The typed value wins: a writer uses this text only if reading it again gives the typed value.
    pub raw: Option<Box<str>>,
}

impl Rest {
    /// Whether there is nothing to keep.
    pub fn is_empty(&self) -> bool {
        self.group.is_empty() && self.params.is_empty() && self.raw.is_none()
    }
}

/// Where a verbatim leftover comes from, which decides who can write it back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// A vCard property; the value is unfolded and decoded to UTF-8, its backslash escapes stand as written.
    Vcard,
    /// A column of a table; the value is the cell's text.
    Column,
}

/// One verbatim leftover: a vCard property or a column that no field models.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extra {
    /// Where it comes from.
    pub origin: Origin,
    /// Property name or column header, as written.
    pub name: String,
    /// Its value, as [`Origin`] says.
    pub value: String,
    /// Group and parameters.
    pub rest: Rest,
}
