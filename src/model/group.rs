//! A group of contacts: in files a card of its own, in an address book a category of its members.

use crate::model::Contact;

/// A group as its card says it (RFC 6350 section 6.1.4; Apple's in vCard 3.0).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Group {
    /// What it is called.
    pub name: String,
    /// Its own unique identifier, as it stands there; groups may be members of groups.
    pub uid: String,
    /// Whom it has, as they stand there: unique identifiers, mostly as `urn:uuid:…`, or `mailto:…`.
    pub members: Vec<String>,
}

/// What a member is known by, in the form that is compared: without `urn:uuid:`, without what Apple writes behind its
/// identifiers, in lower case. An e-mail address keeps its `mailto:`.
pub fn reference(member: &str) -> String {
    let text = member.trim().to_lowercase();
    if let Some(address) = text.strip_prefix("mailto:") {
        let address = address.split('?').next().unwrap_or_default();
        return format!("mailto:{}", address.replace("%40", "@").trim());
    }
    let text = text.strip_prefix("urn:uuid:").unwrap_or(&text);
    [":abperson", ":abgroup"].iter().find_map(|kind| text.strip_suffix(kind)).unwrap_or(text).to_owned()
}

/// What a contact may be a member by: its unique identifier, and each of its e-mail addresses with `mailto:`, which some
/// programs leave out.
pub fn references(contact: &Contact) -> impl Iterator<Item = String> {
    let uid = (!contact.uid.is_empty()).then(|| reference(&contact.uid));
    let mails =
        contact.emails.iter().filter(|email| !email.address.is_empty()).map(|email| email.address.to_lowercase());
    uid.into_iter().chain(mails.flat_map(|mail| [format!("mailto:{mail}"), mail]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Email;

    #[test]
    fn members_are_compared_in_one_form() {
        for (member, form) in [
            ("urn:uuid:03A0E51F-D1AA-4385-8A53-E29025ACD8AF", "03a0e51f-d1aa-4385-8a53-e29025acd8af"),
            ("URN:UUID:abc ", "abc"),
            ("3C6D22DA-E6B0:ABPerson", "3c6d22da-e6b0"),
            ("urn:uuid:X:ABGroup", "x"),
            ("uid6", "uid6"),
            ("mailto:Ada@Example.com", "mailto:ada@example.com"),
            ("MAILTO:ada%40example.com?subject=x", "mailto:ada@example.com"),
            ("https://example.com/c/1", "https://example.com/c/1"),
        ] {
            assert_eq!(reference(member), form, "{member}");
        }
    }

    #[test]
    fn a_contact_is_a_member_by_its_identifier_or_an_address() {
        let mut contact = Contact { uid: "urn:uuid:ABC".into(), ..Contact::default() };
        contact.emails.push(Email { address: "Ada@example.com".into(), ..Email::default() });
        let all: Vec<_> = references(&contact).collect();
        assert_eq!(all, ["abc", "mailto:ada@example.com", "ada@example.com"]);
        assert_eq!(references(&Contact::default()).count(), 0);
    }
}
