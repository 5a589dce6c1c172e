//! The columns of a table put together into the values that they make.

use crate::formats::table::column::{Column, Part, Slot};

/// One slot, and where its parts stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::formats) struct Plan {
    /// The slot.
    pub(in crate::formats) slot: Slot,
    /// Its parts, each with the number of its column from 0.
    pub(in crate::formats) parts: Vec<(Part, usize)>,
}

impl Plan {
    /// The column of a part.
    pub(in crate::formats) fn at(&self, part: Part) -> Option<usize> {
        self.parts.iter().find(|(of, _)| *of == part).map(|(_, at)| *at)
    }
}

/// The slots of a table by the kind of their values, each list in the order of its columns; phones by their lines.
#[derive(Debug, Clone, Default)]
pub(in crate::formats) struct Plans {
    pub(in crate::formats) texts: Vec<Plan>,
    pub(in crate::formats) organizations: Vec<Plan>,
    pub(in crate::formats) emails: Vec<Plan>,
    pub(in crate::formats) phones: Vec<Plan>,
    /// The column that names the preferred phone.
    pub(in crate::formats) preferred: Vec<Plan>,
    pub(in crate::formats) addresses: Vec<Plan>,
    pub(in crate::formats) urls: Vec<Plan>,
    pub(in crate::formats) ims: Vec<Plan>,
    pub(in crate::formats) dates: Vec<Plan>,
    pub(in crate::formats) events: Vec<Plan>,
    pub(in crate::formats) lists: Vec<Plan>,
    /// Gender, sensitivity, photo.
    pub(in crate::formats) persons: Vec<Plan>,
    pub(in crate::formats) relations: Vec<Plan>,
    pub(in crate::formats) customs: Vec<Plan>,
    pub(in crate::formats) kept: Vec<Plan>,
}

impl Plans {
    /// Puts the columns together. A part that its slot has already begins another value of the same slot.
    pub(in crate::formats) fn new(columns: impl Iterator<Item = Option<Column>>) -> Plans {
        let mut plans = Plans::default();
        for (at, column) in columns.enumerate() {
            let Some(column) = column else { continue };
            let list = plans.list(column.slot);
            let same = |plan: &&mut Plan| plan.slot == column.slot && plan.at(column.part).is_none();
            match list.iter_mut().find(same).filter(|_| column.slot != Slot::Kept) {
                Some(plan) => plan.parts.push((column.part, at)),
                None => list.push(Plan { slot: column.slot, parts: vec![(column.part, at)] }),
            }
        }
        // Outlook's first phone is the assistant's; the contact's own come first here.
        plans
            .phones
            .sort_by_key(|plan| if let Slot::Phone(Some((_, line)), _) = plan.slot { Some(line) } else { None });
        plans
    }

    fn list(&mut self, slot: Slot) -> &mut Vec<Plan> {
        match slot {
            Slot::Text(_) => &mut self.texts,
            Slot::List(_) => &mut self.lists,
            Slot::Date(_) => &mut self.dates,
            Slot::Gender | Slot::Sensitivity | Slot::Photo => &mut self.persons,
            Slot::Organization(_) => &mut self.organizations,
            Slot::Email(..) => &mut self.emails,
            Slot::Phone(..) => &mut self.phones,
            Slot::PreferredPhone => &mut self.preferred,
            Slot::Address(..) => &mut self.addresses,
            Slot::Url(..) => &mut self.urls,
            Slot::Im(..) => &mut self.ims,
            Slot::Relation(_) => &mut self.relations,
            Slot::Event(_) => &mut self.events,
            Slot::Custom(_) => &mut self.customs,
            Slot::Priority | Slot::Kept => &mut self.kept,
        }
    }

    /// The columns that hold a date alone.
    pub(in crate::formats) fn date_columns(&self) -> impl Iterator<Item = usize> {
        self.dates.iter().chain(&self.events).filter_map(|plan| plan.at(Part::Value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_slot_come_together_and_a_repeated_one_begins_anew() {
        let names = ["address.home.street", "name.given", "address.home.city", "address.home.street"];
        let plans = Plans::new(names.iter().map(|name| Column::named(name)));
        assert_eq!(plans.texts.len(), 1);
        let parts: Vec<_> = plans.addresses.iter().map(|plan| plan.parts.clone()).collect();
        assert_eq!(parts, [vec![(Part::Street, 0), (Part::City, 2)], vec![(Part::Street, 3)]]);
    }
}
