//! `Prefer: IdType="ImmutableId"`: ids that stay when a contact moves.
//!
//! Documented for Graph: it is asked for on each request, answered with `Preference-Applied`, and not for folders, whose
//! ids are constant anyway. Requests take ids of both kinds, whatever they prefer (documented for delta links; guessed
//! for the rest).

use bytes::Bytes;
use http::{HeaderName, Response};

use super::behaviour::Behaviour;
use super::dialect::Dialect;
use super::request::{Call, preferences, set};
use super::store::ContactRow;

const APPLIED: HeaderName = HeaderName::from_static("preference-applied");
const PREFERENCE: &str = "IdType=\"ImmutableId\"";

impl Call<'_> {
    /// Whether answers show immutable ids.
    pub(super) fn immutable(&self) -> bool {
        if self.dialect != Dialect::Graph || !self.behaviours.has(Behaviour::ImmutableIds) {
            return false;
        }
        let plain = |part: &str| part.replace(['"', ' '], "");
        preferences(self.headers).any(|part| plain(part).eq_ignore_ascii_case("IdType=ImmutableId"))
    }

    /// A contact's id as this request has it.
    pub(super) fn id_of(&self, contact: &ContactRow) -> String {
        if self.immutable() { self.mailbox.ids.immutable(contact.born) } else { contact.public.clone() }
    }
}

/// Says that the preference was heeded, beside any other.
pub(super) fn applied(response: &mut Response<Bytes>) {
    let before = response.headers().get(APPLIED).and_then(|value| value.to_str().ok());
    let all = before.map_or_else(|| PREFERENCE.to_owned(), |before| format!("{before}, {PREFERENCE}"));
    set(response, APPLIED, &all);
}
