//! One visit of a page: what was asked for, and where to look.

use bytes::Bytes;
use http::{Method, Request};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::sandbox::Inner;
use crate::sandbox::error::ODataError;
use crate::sandbox::form::fields;
use crate::sandbox::store::{FolderRow, Mailbox, View};

/// One request for a page.
pub(super) struct Visit<'a> {
    pub inner: &'a Inner,
    pub method: &'a Method,
    pub path: &'a str,
    query: Vec<(String, String)>,
    form: Vec<(String, String)>,
}

impl<'a> Visit<'a> {
    pub(super) fn new(inner: &'a Inner, request: &'a Request<Bytes>) -> Visit<'a> {
        let query = fields(request.uri().query().unwrap_or_default());
        let form = std::str::from_utf8(request.body()).map(fields).unwrap_or_default();
        Visit { inner, method: request.method(), path: request.uri().path(), query, form }
    }

    /// A field of the address; empty where it is not there.
    pub(super) fn asked(&self, name: &str) -> &str {
        first(&self.query, name).unwrap_or_default()
    }

    /// A field of the form that was sent.
    pub(super) fn sent(&self, name: &str) -> Option<&str> {
        first(&self.form, name)
    }

    /// The mailbox that is looked at: the one that is named, else the first.
    pub(super) fn mailbox(&self) -> Result<&'a Mailbox, ODataError> {
        let asked = self.asked("mailbox");
        let mut mailboxes = self.inner.mailboxes();
        let found = mailboxes.find(|mailbox| asked.is_empty() || mailbox.upn.eq_ignore_ascii_case(asked));
        found.ok_or_else(|| ODataError::no_such_user(asked))
    }

    /// An address of a page with its fields, of the mailbox that is looked at.
    pub(super) fn address(&self, path: &str, fields: &[(&str, &str)]) -> String {
        let mut all = vec![("mailbox", self.asked("mailbox"))];
        all.extend_from_slice(fields);
        address(path, &all)
    }

    /// Looks at one moment of the mailbox.
    pub(super) fn look<T>(
        &self,
        mailbox: &Mailbox,
        work: impl FnOnce(&View<'_>) -> Result<T, ODataError>,
    ) -> Result<T, ODataError> {
        self.inner.store.read(&mailbox.ids, work)
    }

    /// What a form of ours carries and one of another web page cannot know.
    pub(super) fn seal(&self) -> String {
        self.inner.mailbox.ids.request(self.inner.opened, -1)
    }

    /// Refuses a form that is not ours.
    pub(super) fn is_ours(&self) -> Result<(), ODataError> {
        if self.sent("seal") == Some(self.seal().as_str()) {
            return Ok(());
        }
        Err(ODataError::bad_option("This form is out of date: go back, load the page again, and send it once more."))
    }
}

/// The folder of this id, or the default one.
pub(super) fn folder(view: &View<'_>, mailbox: &Mailbox, id: &str) -> Result<FolderRow, ODataError> {
    let found = if id.is_empty() { view.folder(mailbox.contacts)? } else { view.folder_by_id(id)? };
    found.ok_or_else(ODataError::not_found)
}

/// An address of a page with its fields; those without a value are left out.
pub(super) fn address(path: &str, fields: &[(&str, &str)]) -> String {
    let mut address = path.to_owned();
    for (at, (name, value)) in fields.iter().filter(|(_, value)| !value.is_empty()).enumerate() {
        address.push(if at == 0 { '?' } else { '&' });
        address.push_str(name);
        address.push('=');
        address.extend(utf8_percent_encode(value, NON_ALPHANUMERIC));
    }
    address
}

fn first<'a>(fields: &'a [(String, String)], name: &str) -> Option<&'a str> {
    fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_come_and_go() {
        let read = fields("q=J%C3%BCrg+%26+co&empty=&bare&=x&q=2");
        let expected = [("q", "Jürg & co"), ("empty", ""), ("bare", ""), ("", "x"), ("q", "2")];
        assert_eq!(read, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
        assert_eq!(first(&read, "q"), Some("Jürg & co"));
        assert_eq!(address("/", &[("folder", ""), ("q", "a&b=c d"), ("page", "2")]), "/?q=a%26b%3Dc%20d&page=2");
    }
}
