//! The index of e-mail addresses. It says who may have one; the caller looks again, for rows are left behind when an
//! address or a whole folder goes.

use serde_json::{Map, Value};

use super::{Change, ContactRow, View, start};
use crate::sandbox::error::ODataError;

fn addresses(content: &Map<String, Value>) -> impl Iterator<Item = String> {
    let emails = content.get("emailAddresses").and_then(Value::as_array).into_iter().flatten();
    emails.filter_map(|email| email.get("address")?.as_str().map(start))
}

impl View<'_> {
    /// The numbers of the contacts, in any folder, that may have the address.
    pub(in crate::sandbox) fn contacts_with(&self, address: &str) -> Result<Vec<i64>, ODataError> {
        let mut statement = self.connection.prepare_cached("SELECT contact FROM email WHERE folded = ?")?;
        let rows = statement.query_map([start(address)], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Change<'_> {
    /// Makes a contact known by its addresses.
    pub(super) fn keep_emails(&self, contact: i64, content: &Map<String, Value>) -> Result<(), ODataError> {
        for address in addresses(content) {
            let sql = "INSERT OR IGNORE INTO email (folded, contact) VALUES (?, ?)";
            self.connection.prepare_cached(sql)?.execute((address, contact))?;
        }
        Ok(())
    }

    /// A contact that goes, or gets another number, is no longer known by its addresses.
    pub(super) fn drop_emails(&self, contact: &ContactRow) -> Result<(), ODataError> {
        for address in addresses(&contact.content) {
            let sql = "DELETE FROM email WHERE folded = ? AND contact = ?";
            self.connection.prepare_cached(sql)?.execute((address, contact.number))?;
        }
        Ok(())
    }
}
