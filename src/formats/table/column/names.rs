//! The names of columns, the other way: what a column is called in a mapping file.

use super::{ADDRESS_PARTS, ADDRESSES, Column, ROWS, Slot};

impl Column {
    /// Its name; none for what is kept under its header, which has several.
    pub(in crate::formats) fn name(self) -> Option<String> {
        if self.slot == Slot::Kept {
            return None;
        }
        let of = |slot: Slot, part| slot == self.slot && part == self.part;
        if let Some((name, ..)) = ROWS.iter().find(|(name, slot, part)| !name.contains("[]") && of(*slot, *part)) {
            return Some((*name).to_owned());
        }
        let (number, first) = (self.number(), self.numbered(1));
        let mut alike = ROWS.iter().filter(|(_, slot, part)| (*slot, *part) == (first.slot, first.part));
        let numbered = alike.clone().find(|(name, ..)| name.contains("[]"));
        if let Some((name, ..)) = numbered.or_else(|| alike.next()) {
            // Values of a kind that has no numbers stand beside each other all the same.
            return Some(name.replace("[]", &format!("[{number}]")));
        }
        let (prefix, _) = ADDRESSES.iter().find(|(_, slot)| *slot == first.slot)?;
        let (part, _) = ADDRESS_PARTS.iter().find(|(_, part)| *part == first.part)?;
        let kind = prefix.strip_suffix('.')?;
        Some(if number == 1 { format!("{kind}.{part}") } else { format!("{kind}[{number}].{part}") })
    }

    /// The number that tells its slot apart from those that are alike.
    pub(in crate::formats) fn number(self) -> u16 {
        match self.slot {
            Slot::Organization(number) | Slot::Relation(number) | Slot::Event(number) | Slot::Custom(number) => number,
            Slot::Email(_, number) | Slot::Phone(_, number) | Slot::Address(_, number) => number,
            Slot::Url(_, number) | Slot::Im(_, number) => number,
            _ => 1,
        }
    }

    /// The same column of the slot with another number.
    pub(in crate::formats) fn numbered(self, number: u16) -> Column {
        let slot = match self.slot {
            Slot::Organization(_) => Slot::Organization(number),
            Slot::Email(kind, _) => Slot::Email(kind, number),
            Slot::Phone(preset, _) => Slot::Phone(preset, number),
            Slot::Address(preset, _) => Slot::Address(preset, number),
            Slot::Url(preset, _) => Slot::Url(preset, number),
            Slot::Im(preset, _) => Slot::Im(preset, number),
            Slot::Relation(_) => Slot::Relation(number),
            Slot::Event(_) => Slot::Event(number),
            Slot::Custom(_) => Slot::Custom(number),
            fixed => fixed,
        };
        Column { slot, part: self.part }
    }

    /// Every name of the vocabulary, `[]` where a number stands.
    pub(in crate::formats) fn names() -> impl Iterator<Item = String> {
        let addresses = ADDRESSES
            .iter()
            .flat_map(|(prefix, _)| ADDRESS_PARTS.iter().map(move |(part, _)| format!("{prefix}{part}")));
        ROWS.iter().map(|(name, ..)| (*name).to_owned()).chain(addresses)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_says_its_name() {
        let texts = ["name.given", "email[2].address", "org.company", "org[3].office", "phone.home[2]", "phone.fax"];
        let more = ["address.home.city", "address.home[2].city", "address[4].city", "meta.user[3]", "url.blog"];
        for name in texts.into_iter().chain(more) {
            assert_eq!(Column::named(name).unwrap().name().as_deref(), Some(name));
        }
        for name in Column::names() {
            let column = Column::named(&name.replace("[]", "[1]")).unwrap();
            assert_eq!(
                column.name().map(|name| Column::named(&name)),
                Some(Some(column)).filter(|_| column.slot != Slot::Kept)
            );
        }
    }
}
