//! What the values of each list are for each other.

use super::list::Listed;
use crate::model::identity::{normal_mail, normal_phone, normal_text};
use crate::model::likeness::same_phone;
use crate::model::{
    Address, Date, Email, Event, Extra, Im, Kind, Line, Organization, Origin, Phone, Relation, Rest, Url,
};

/// What is said, else what was said before.
fn said(text: &str, older: &str) -> String {
    if text.is_empty() { older.to_owned() } else { text.to_owned() }
}

fn rest_of(rest: &Rest, older: &Rest) -> Rest {
    if rest.is_empty() { older.clone() } else { rest.clone() }
}

/// What else is said of a value of these lists and the older one said.
macro_rules! reach {
    () => {
        fn heir(&self, older: &Self) -> Self {
            let mut heir = self.with_parts_of(older);
            heir.kind = self.kind.or(older.kind);
            heir.label = said(&self.label, &older.label);
            heir.rest = rest_of(&self.rest, &older.rest);
            heir
        }

        fn stand_back(&mut self) {
            self.preference = None;
        }
    };
}

/// What the older value may say of the same thing beside kind, label and remark.
trait WithParts: Clone {
    fn with_parts_of(&self, _older: &Self) -> Self {
        self.clone()
    }
}

impl Listed for Email {
    type Slot = ();
    type Essence = String;
    const WHOLE: bool = true;
    const STAYS: bool = true;

    fn slot(&self) {}

    fn essence(&self) -> String {
        normal_mail(&self.address)
    }

    reach!();
}

impl WithParts for Email {
    fn with_parts_of(&self, older: &Self) -> Self {
        Self { name: said(&self.name, &older.name), ..self.clone() }
    }
}

impl Listed for Phone {
    type Slot = (Line, Option<Kind>);
    type Essence = String;
    const WHOLE: bool = false;
    const STAYS: bool = false;

    /// A mobile phone is a mobile phone, whosever it is.
    fn slot(&self) -> (Line, Option<Kind>) {
        let kind = matches!(self.line, Line::Voice | Line::Fax).then(|| self.kind.unwrap_or(Kind::Other));
        (self.line, kind)
    }

    fn essence(&self) -> String {
        normal_phone(&self.number)
    }

    fn repeats(one: &String, other: &String) -> bool {
        same_phone(one, other)
    }

    reach!();
}

impl WithParts for Phone {}

impl Listed for Im {
    type Slot = ();
    /// The service and the address.
    type Essence = (String, String);
    const WHOLE: bool = true;
    const STAYS: bool = true;

    fn slot(&self) {}

    fn essence(&self) -> (String, String) {
        (normal_text(&self.service), normal_mail(&self.address))
    }

    fn agree((service, address): &Self::Essence, (other, same): &Self::Essence) -> bool {
        address == same && (service == other || service.is_empty() || other.is_empty())
    }

    reach!();
}

impl WithParts for Im {
    fn with_parts_of(&self, older: &Self) -> Self {
        Self { service: said(&self.service, &older.service), ..self.clone() }
    }
}

impl Listed for Url {
    /// Whose it is, and whether files are there.
    type Slot = (Kind, bool);
    type Essence = String;
    const WHOLE: bool = false;
    const STAYS: bool = false;

    fn slot(&self) -> (Kind, bool) {
        let is_ftp = self.url.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("ftp:"));
        (self.kind.unwrap_or(Kind::Business), is_ftp)
    }

    fn essence(&self) -> String {
        self.url.trim().trim_end_matches('/').to_owned()
    }

    reach!();
}

impl WithParts for Url {}

impl Listed for Address {
    type Slot = Kind;
    /// The parts, and the printed form where there are none.
    type Essence = [String; 8];
    const WHOLE: bool = false;
    const STAYS: bool = false;

    fn slot(&self) -> Kind {
        self.kind.unwrap_or(Kind::Other)
    }

    fn essence(&self) -> [String; 8] {
        let [po_box, extended, street, city, state, postal_code, country] = self.parts().map(normal_text);
        let has_parts = self.parts().iter().any(|part| !part.is_empty());
        let printed = if has_parts { String::new() } else { normal_text(&self.formatted) };
        [po_box, extended, street, city, state, postal_code, country, printed]
    }

    /// A part that only one has may be the other's too, if any other part agrees: nobody lives in Paris, Germany.
    fn agree(one: &[String; 8], other: &[String; 8]) -> bool {
        let mut both = one.iter().zip(other).filter(|(one, other)| !one.is_empty() && !other.is_empty()).peekable();
        one == other || both.peek().is_some() && both.all(|(one, other)| one == other)
    }

    reach!();
}

impl WithParts for Address {
    fn with_parts_of(&self, older: &Self) -> Self {
        let mut heir = Self {
            street: said(&self.street, &older.street),
            extended: said(&self.extended, &older.extended),
            po_box: said(&self.po_box, &older.po_box),
            city: said(&self.city, &older.city),
            state: said(&self.state, &older.state),
            postal_code: said(&self.postal_code, &older.postal_code),
            country: said(&self.country, &older.country),
            ..self.clone()
        };
        // A printed form is of all the parts.
        if heir.formatted.is_empty() && heir.parts() == older.parts() {
            heir.formatted.clone_from(&older.formatted);
        }
        heir
    }
}

impl Listed for String {
    type Slot = ();
    type Essence = String;
    const WHOLE: bool = true;
    const STAYS: bool = true;

    fn slot(&self) {}

    fn essence(&self) -> String {
        normal_text(self)
    }

    fn heir(&self, _: &Self) -> Self {
        self.clone()
    }
}

impl Listed for Organization {
    type Slot = ();
    type Essence = String;
    const WHOLE: bool = true;
    const STAYS: bool = true;

    fn slot(&self) {}

    fn essence(&self) -> String {
        normal_text(&self.company)
    }

    fn heir(&self, older: &Self) -> Self {
        Self {
            company: self.company.clone(),
            yomi_company: said(&self.yomi_company, &older.yomi_company),
            department: said(&self.department, &older.department),
            job_title: said(&self.job_title, &older.job_title),
            role: said(&self.role, &older.role),
            office: said(&self.office, &older.office),
            profession: said(&self.profession, &older.profession),
            manager: said(&self.manager, &older.manager),
            assistant: said(&self.assistant, &older.assistant),
            rest: rest_of(&self.rest, &older.rest),
        }
    }
}

impl Listed for Relation {
    type Slot = ();
    /// What the person is, and who.
    type Essence = (String, String);
    const WHOLE: bool = true;
    const STAYS: bool = true;

    fn slot(&self) {}

    fn essence(&self) -> (String, String) {
        (normal_text(&self.label), normal_text(&self.value))
    }

    fn heir(&self, older: &Self) -> Self {
        Self { rest: rest_of(&self.rest, &older.rest), ..self.clone() }
    }
}

impl Listed for Event {
    /// Its label.
    type Slot = String;
    type Essence = Date;
    const WHOLE: bool = true;
    const STAYS: bool = false;

    fn slot(&self) -> String {
        normal_text(&self.label)
    }

    fn essence(&self) -> Date {
        self.date.clone()
    }

    fn heir(&self, older: &Self) -> Self {
        Self { rest: rest_of(&self.rest, &older.rest), ..self.clone() }
    }
}

impl Listed for Extra {
    /// Where it comes from, and its name.
    type Slot = (Origin, String);
    type Essence = String;
    const WHOLE: bool = false;
    const STAYS: bool = false;

    fn slot(&self) -> (Origin, String) {
        (self.origin, normal_text(&self.name))
    }

    fn essence(&self) -> String {
        self.value.clone()
    }

    /// Properties of different names may have one value.
    fn repeats(_: &String, _: &String) -> bool {
        false
    }

    fn heir(&self, older: &Self) -> Self {
        Self { rest: rest_of(&self.rest, &older.rest), ..self.clone() }
    }
}
