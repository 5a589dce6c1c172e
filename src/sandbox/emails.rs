//! What the service makes of e-mail addresses: names that stick, names that it knows better, addresses that vanish, and
//! those that are set by their place.

use serde_json::{Map, Value};

use super::behaviour::Behaviour;
use super::request::Call;
use super::schema::{CONTACT, Shape};

/// Takes out of a body what sets an e-mail address by its place.
pub(super) fn by_place(values: &mut Map<String, Value>) -> Vec<(usize, Value)> {
    let rows = CONTACT.rows.iter().filter_map(|row| match row.shape {
        Shape::EmailAt(place) => Some((place, values.shift_remove(row.graph)?)),
        _ => None,
    });
    rows.collect()
}

/// Puts e-mail addresses in their places; null takes one away. Guessed: a gap closes up, and where the list is sent as
/// well, what is set by its place goes over it.
pub(super) fn put(content: &mut Map<String, Value>, by_place: Vec<(usize, Value)>) {
    if by_place.is_empty() {
        return;
    }
    let mut all = content.get("emailAddresses").and_then(Value::as_array).cloned().unwrap_or_default();
    for (place, email) in by_place {
        if all.len() <= place {
            all.resize(place + 1, Value::Null);
        }
        all[place] = email;
    }
    all.retain(|email| !email.is_null());
    if all.is_empty() {
        content.shift_remove("emailAddresses");
    } else {
        content.insert("emailAddresses".to_owned(), all.into());
    }
}

/// Brings a contact's new e-mail addresses into the form in which the service keeps them; `before` are the earlier ones.
pub(super) fn settle(call: &Call<'_>, content: &mut Map<String, Value>, before: Option<&Value>) {
    let Some(emails) = content.get_mut("emailAddresses").and_then(Value::as_array_mut) else { return };
    for email in emails {
        let address = email.get("address").and_then(Value::as_str).unwrap_or_default().to_owned();
        if call.behaviours.has(Behaviour::StickyNames)
            && let Some(name) = known(call, &address).or_else(|| earlier(before, &address))
        {
            email["name"] = name.into();
        }
        if call.behaviours.has(Behaviour::MalformedEmails) && is_malformed(&address) {
            drop(email.as_object_mut().and_then(|email| email.remove("address")));
        }
    }
}

/// Observed for people of the organisation; here these are the sandbox's other mailboxes.
fn known(call: &Call<'_>, address: &str) -> Option<String> {
    let mailbox = call.sandbox.mailboxes().find(|mailbox| mailbox.upn.eq_ignore_ascii_case(address))?;
    Some(mailbox.name.clone())
}

/// Observed: a name that is sent with an address that was there is not taken.
fn earlier(before: Option<&Value>, address: &str) -> Option<String> {
    let same = |email: &&Value| {
        email.get("address").and_then(Value::as_str).is_some_and(|one| one.eq_ignore_ascii_case(address))
    };
    Some(before?.as_array()?.iter().find(same)?.get("name")?.as_str()?.to_owned())
}

/// Whether an address looks like one of the internet's and cannot be. Observed with a comma at the end; the rest is
/// guessed. What has no `@` may be an address of another kind.
fn is_malformed(address: &str) -> bool {
    let Some((local, domain)) = address.rsplit_once('@') else { return false };
    let odd = |c: char| c.is_whitespace() || c.is_control() || ",;<>".contains(c);
    local.is_empty() || domain.is_empty() || address.contains(odd) || domain.ends_with('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn malformed_addresses() {
        for address in ["a@b.example,", "a@", "@b.example", "a b@c.example", "<a@b.example>", "a@b.example;c@d", "a@b."]
        {
            assert!(is_malformed(address), "{address}");
        }
        for address in ["", "a@b.example", "a.b+c@d-e.example", "ä@ö.example", "ada", "/o=Org/ou=Site/cn=ada", "a@b@c"]
        {
            assert!(!is_malformed(address), "{address}");
        }
    }
}
