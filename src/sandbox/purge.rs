//! `permanentDelete` of contacts and folders (documented: 204, no body; v2.0's page has no such action).
//!
//! The sandbox keeps nothing of what is deleted either way, so both deletes do the same to the store.

use http::{Method, StatusCode};

use super::contacts;
use super::dialect::Dialect;
use super::error::ODataError;
use super::folders;
use super::path::Holder;
use super::query::Takes;
use super::request::{Answer, Call, empty};
use super::schema::CONTACT;

/// `contacts/{id}/permanentDelete` and `contactFolders/{id}/permanentDelete`.
pub(super) fn permanently(call: &Call<'_>, holder: &Holder) -> Answer {
    if call.method != Method::POST || call.dialect == Dialect::Outlook {
        return Err(ODataError::not_supported());
    }
    call.query(&CONTACT, Takes::NOTHING)?;
    call.change(|change| match holder {
        Holder::Contact(id) => change.delete_contact(&contacts::find(change, call, id)?),
        Holder::Folder => {
            let folder = folders::find(change, call)?;
            folder.parent.ok_or_else(folders::distinguished)?;
            change.delete_folder(&folder)
        }
    })?;
    Ok(empty(StatusCode::NO_CONTENT))
}
