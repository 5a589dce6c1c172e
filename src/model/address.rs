//! Postal addresses.

use crate::model::{Kind, Rest};

/// A postal address (RFC 6350 ADR; Exchange `physicalAddress`). Empty text means absent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Address {
    /// Street and house number; several lines are separated by `\n`.
    pub street: String,
    /// Apartment, suite, building: ADR's "extended address".
    pub extended: String,
    /// Post office box.
    pub po_box: String,
    /// City or locality.
    pub city: String,
    /// State, province or region.
    pub state: String,
    /// Postal code, as text: leading zeros count.
    pub postal_code: String,
    /// Country or region, as free text.
    pub country: String,
    /// The whole address as it is printed on an envelope (LABEL), lines separated by `\n`.
    pub formatted: String,
    /// Whose address it is; none when the source does not say.
    pub kind: Option<Kind>,
    /// The user's own word for it.
    pub label: String,
    /// RFC 6350 PREF: 1 is the most preferred, 100 the least.
    pub preference: Option<u8>,
    /// What the source said beyond that.
    pub rest: Rest,
}

impl Address {
    /// The parts that stand for a place, in ADR's order.
    pub fn parts(&self) -> [&str; 7] {
        [&self.po_box, &self.extended, &self.street, &self.city, &self.state, &self.postal_code, &self.country]
    }

    /// Whether no part and no formatted text is there.
    pub fn is_empty(&self) -> bool {
        self.parts().iter().all(|part| part.is_empty()) && self.formatted.is_empty()
    }
}
