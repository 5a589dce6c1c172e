//! One visit of a page: what was asked for, and where to look.

use bytes::Bytes;
use http::{Method, Request};

use crate::sandbox::Inner;
use crate::sandbox::error::ODataError;
use crate::sandbox::form::{self, Form};
use crate::sandbox::store::{FolderRow, Mailbox, View};

/// One request for a page.
pub(super) struct Visit<'a> {
    pub inner: &'a Inner,
    pub method: &'a Method,
    pub path: &'a str,
    query: Form,
    form: Form,
}

impl<'a> Visit<'a> {
    pub(super) fn new(inner: &'a Inner, request: &'a Request<Bytes>) -> Visit<'a> {
        let (query, form) = (Form::of_query(request.uri().query()), Form::parse(request.body()));
        Visit { inner, method: request.method(), path: request.uri().path(), query, form }
    }

    /// A field of the address; empty where it is not there.
    pub(super) fn asked(&self, name: &str) -> &str {
        self.query.get(name).unwrap_or_default()
    }

    /// A field of the form that was sent, unless it is empty.
    pub(super) fn sent(&self, name: &str) -> Option<&str> {
        self.form.get(name)
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
    let query = form::query(fields.iter().filter(|(_, value)| !value.is_empty()).copied());
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_leave_out_what_has_no_value() {
        assert_eq!(address("/log", &[("q", "")]), "/log");
        assert_eq!(address("/", &[("folder", ""), ("q", "a&b=c d"), ("page", "2")]), "/?q=a%26b%3Dc%20d&page=2");
    }
}
