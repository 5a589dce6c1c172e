use super::*;
use crate::formats::csv::Writer;
use crate::formats::table::fold::fold;
use crate::model::{
    Address, Contact, Date, Email, Event, Extra, Im, Organization, Origin, PartialDate, Phone, Photo, PhotoData,
    Relation, Rest, Sex, Shape, Url, Why,
};

/// A contact that has nothing but one field; `column` is the header of a leftover.
fn only(field: Field, column: &str) -> Contact {
    let text = || "sample".to_owned();
    let mut contact = Contact::default();
    let date = PartialDate::full(1970, 4, 3).map(Date::Known);
    match field {
        Field::Organizations => {
            contact.organizations.push(Organization { company: text(), ..Organization::default() });
        }
        Field::Emails => contact.emails.push(Email { address: text(), ..Email::default() }),
        Field::Phones => contact.phones.push(Phone { number: text(), ..Phone::default() }),
        Field::Ims => contact.ims.push(Im { address: text(), ..Im::default() }),
        Field::Urls => contact.urls.push(Url { url: text(), ..Url::default() }),
        Field::Addresses => contact.addresses.push(Address { city: text(), ..Address::default() }),
        Field::Birthday => contact.birthday = date,
        Field::Anniversary => contact.anniversary = date,
        Field::Events => {
            contact.events.extend(date.map(|date| Event { date, label: text(), rest: Rest::default() }));
        }
        Field::Children => contact.children.push(text()),
        Field::Relations => contact.relations.push(Relation { value: text(), ..Relation::default() }),
        Field::Gender => contact.gender.sex = Some(Sex::Female),
        Field::Categories => contact.categories.push(text()),
        Field::Photo => contact.photo = Some(Photo { data: PhotoData::Link(text()), kind: None }),
        Field::Extra => contact.extra.push(Extra {
            origin: Origin::Column,
            name: column.to_owned(),
            value: text(),
            rest: Rest::default(),
        }),
        field if field.shape() == Shape::Text => *field.text_mut(&mut contact).unwrap() = text(),
        field => panic!("no sample of {field:?}"),
    }
    contact
}

#[test]
fn each_field_is_carried_or_said_to_be_lost() {
    for profile in Profile::ALL {
        let kept = layout(*profile).into_iter().find(|(_, column)| column.slot == Slot::Kept);
        let column = kept.map_or("Keywords".to_owned(), |(header, _)| header);
        for field in Field::ALL {
            let mut out = Vec::new();
            let losses = Writer::new(&mut out, *profile).write(&only(*field, &column)).unwrap();
            let told: Vec<_> = losses.iter().filter(|loss| loss.field == *field).map(|loss| loss.why).collect();
            let named = !columns(*profile, *field).is_empty();
            assert!(!named || told.iter().all(|why| *why == Why::Remark), "{profile:?} {field:?}: {losses:?}");
            assert!(named || !told.is_empty(), "{profile:?} {field:?} is not told");
        }
    }
}

#[test]
fn columns_are_named_for_documentation() {
    assert_eq!(columns(Profile::OutlookDesktop, Field::Surname), ["Last Name"]);
    assert_eq!(columns(Profile::Google, Field::Emails), ["E-mail 1…4 - Label", "E-mail 1…4 - Value"]);
    assert_eq!(columns(Profile::Google, Field::Spouse), ["Relation 1…6 - Value (“Spouse”)"]);
    assert_eq!(columns(Profile::Google, Field::Office), ["Custom Field 1…8 - Value (“Office Location”)"]);
    assert_eq!(columns(Profile::OutlookDesktop, Field::Uid), [] as [&str; 0]);
    assert_eq!(columns(Profile::Generic, Field::Uid), ["UID"]);
    assert_eq!(columns(Profile::Thunderbird, Field::Birthday), ["Birth Year", "Birth Month", "Birth Day"]);
}

#[test]
fn every_profile_has_its_row_and_its_columns() {
    for profile in Profile::ALL {
        assert_eq!(profile.row().profile, *profile);
        assert_eq!(Profile::named(profile.name()), Some(*profile));
        assert_eq!(profile.languages().first(), Some(&"en"), "{profile:?}");
        for language in profile.languages() {
            let style = Style::of(*profile, language).unwrap();
            // Outlook in Japanese has three columns more.
            let more = if (*profile, language) == (Profile::OutlookDesktop, "ja") { 3 } else { 0 };
            assert_eq!(layout(style).len(), layout(*profile).len() + more, "{}", style.name());
        }
    }
    assert!(Profile::OutlookDesktop.languages().len() >= 9);
    assert_eq!(Style::of(Profile::OutlookDesktop, "xx"), None);
    assert_eq!(Style::of(Profile::OutlookDesktop, "de").unwrap().name(), "outlook-desktop/de");
    assert_eq!(layout(Profile::OutlookDesktop).len(), 92);
    assert_eq!(layout(Profile::Thunderbird).len(), 37);
    let google = layout(Profile::Google);
    assert_eq!(google[17].0, "E-mail 1 - Label");
    assert_eq!(google[20].0, "E-mail 2 - Value");
    assert_eq!(google.last().unwrap().0, "Custom Field 8 - Value");
}

/// A part of the generic table is read as the same whatever table its headers are taken for.
#[test]
fn the_generic_table_says_nothing_that_another_means_otherwise() {
    for (header, column) in layout(Profile::Generic) {
        for table in dialects::tables().iter().filter(|table| table.language == "en") {
            let other = table.header(&fold(&header), 0).map_or(column, |known| known.column);
            assert_eq!(other, column, "{header} in {}", table.name());
        }
    }
}

/// A spreadsheet for people has a column for every field.
#[test]
fn the_generic_table_holds_every_field() {
    for field in Field::ALL {
        assert!(!columns(Profile::Generic, *field).is_empty(), "{field:?}");
    }
}
