//! What no field models: properties verbatim, and the columns of a table.
//!
//! A verbatim value has the escapes of 3.0 and 4.0 whatever version it came from, and is written under its own name in
//! every version, which readers pass over, but for what [`media`] and [`translate`] know. Verbatim on purpose:
//!
//! | property | why |
//! | --- | --- |
//! | X-ABADR | how Apple lays an address out, not where it is; it stays in the group of its ADR |
//! | X-SOCIALPROFILE, SOCIALPROFILE | a profile is no web page of the contact's own and would take that one's place |
//! | X-MS-OL-DESIGN, X-MS-CARDPICTURE, X-MS-OL-DEFAULT-POSTAL-ADDRESS | how Outlook draws the contact |
//! | X-MOZILLA-*, X-EVOLUTION-*, X-KADDRESSBOOK-CRYPTO*, X-ABUID | one program's own state; what is a field under such a name has a row |
//! | X-ANDROID-CUSTOM of other types | nobody but their app knows them |
//! | BIRTHPLACE, DEATHPLACE, DEATHDATE (RFC 6474) | no format but vCard has them; they are IANA's names, good in 3.0 too |
//! | EXPERTISE, INTEREST, ORG-DIRECTORY, a second HOBBY (RFC 6715) | the same |
//! | CREATED, GRAMGENDER, LANGUAGE, PRONOUNS, JSPROP (RFC 9554) | the same |
//! | SOUND, KEY, LOGO, a second PHOTO | the model has one picture |
//! | AGENT, CALURI, CALADRURI, SOURCE, CLIENTPIDMAP, XML, PRODID, MAILER, KIND, MEMBER | about the card, or another card |

use super::card::{Card, is_token};
use super::draft::Draft;
use super::escape::unescape;
use super::mark::is_card;
use super::property::Property;
use super::{Version, media, translate};

use super::table::{COLUMN, Row};
use crate::model::{Extra, Field, Loss, Origin, Why};

/// Names the column that an X-CARDFERRY-COLUMN carries.
const HEADER: &str = "X-NAME";

/// Names that would end the card or say something about it.
const FRAME: &[&str] = &["BEGIN", "END", "VERSION"];

pub(super) fn read_column(draft: &mut Draft<'_>, _: &'static Row, property: &Property<'_>) {
    let Some(name) = property.param(HEADER) else { return draft.extra(property) };
    let rest = property.rest(|param| param.is(HEADER));
    let (name, value) = (name.to_owned(), property.text().into_owned());
    draft.contact.extra.push(Extra { origin: Origin::Column, name, value, rest });
}

pub(super) fn write_extras(card: &mut Card<'_>, _: &'static Row) {
    let contact = card.contact;
    for (at, extra) in contact.extra.iter().enumerate() {
        match extra.origin {
            Origin::Column => write_column(card, extra),
            Origin::Vcard => write_property(card, at, extra),
        }
    }
}

fn write_column(card: &mut Card<'_>, extra: &Extra) {
    card.begin(Field::Extra, COLUMN, &[], &extra.rest, true);
    card.own_param(HEADER, &extra.name);
    card.text(&extra.value);
}

fn write_property(card: &mut Card<'_>, at: usize, extra: &Extra) {
    let framing = FRAME.iter().any(|name| name.eq_ignore_ascii_case(&extra.name));
    if framing || !is_token(&extra.name) {
        card.losses.push(Loss::new(Field::Extra, &extra.name, Why::NoPlace));
        return;
    }
    if media::write(card, extra) {
        return;
    }
    let translated = translate::to_new(card, at, extra);
    let extra = translated.as_ref().unwrap_or(extra);
    card.begin(Field::Extra, &extra.name, &[], &extra.rest, true);
    if card.version == Version::V2_1 && extra.name.eq_ignore_ascii_case("AGENT") {
        let nested = unescape(&extra.value, Version::V3_0);
        if is_card(&nested) {
            return card.nested(&nested);
        }
    }
    card.unmodelled(&extra.value);
}
