//! What a workbook says of itself: its sheets, where its parts are, and how its cells look.

use std::collections::{HashMap, HashSet};

use super::xml::{Text, Xml, attribute};
use super::{Parts, damaged};
use crate::formats::sheet::number::NumberFormat;
use crate::formats::sheet::store::{MAX_SHEETS, Scratch, Stop, Store};

/// More formats of its own than any workbook has; Excel takes some 250.
const MAX_FORMATS: usize = 4096;

/// What stands before the sheets.
#[derive(Default)]
pub(super) struct Globals {
    pub(super) sheets: Vec<SheetPart>,
    /// Whether its days are counted from 1904.
    pub(super) is_1904: bool,
    /// The number of each style's format, and what the formats are.
    styles: Vec<u32>,
    formats: HashMap<u32, NumberFormat>,
    plain: NumberFormat,
}

/// A sheet, and the part that it stands in, if it is said which.
pub(super) struct SheetPart {
    pub(super) name: String,
    pub(super) hidden: bool,
    pub(super) part: Option<String>,
}

/// What a part has to do with the workbook: its target by the relationship's identifier, and its kind.
struct Relation {
    id: String,
    kind: String,
    target: String,
}

impl Relation {
    fn is(&self, kind: &str) -> bool {
        self.kind.rsplit('/').next() == Some(kind)
    }
}

impl Globals {
    /// Reads everything but the sheets; the shared texts go into the store.
    pub(super) fn read<S: Scratch>(parts: &mut dyn Parts, store: &mut Store<S>) -> Result<Self, Stop> {
        let start = relations(parts, "_rels/.rels", "")?;
        let book = start.into_iter().find(|relation| relation.is("officeDocument")).map(|relation| relation.target);
        let book = book.unwrap_or_else(|| "xl/workbook.xml".to_owned());
        let (folder, name) = book.rsplit_once('/').unwrap_or(("", &book));
        let relations = relations(parts, &within(folder, &format!("_rels/{name}.rels")), folder)?;
        let mut globals = Globals::default();
        globals.read_book(parts, &book, &relations)?;
        if globals.sheets.is_empty() {
            return Err(damaged(&"it has no sheet with cells"));
        }
        let part = |kind: &str, name: &str| {
            let said = relations.iter().find(|relation| relation.is(kind)).map(|relation| relation.target.clone());
            said.unwrap_or_else(|| within(folder, name))
        };
        globals.read_styles(parts, &part("styles", "styles.xml"))?;
        read_texts(parts, &part("sharedStrings", "sharedStrings.xml"), store)?;
        Ok(globals)
    }

    fn read_book(&mut self, parts: &mut dyn Parts, book: &str, relations: &[Relation]) -> Result<(), Stop> {
        let mut xml = Xml::open(parts, book)?.ok_or_else(|| damaged(&format!("its part {book} is missing")))?;
        let mut seen = HashSet::new();
        xml.elements(|element| match element.local_name().as_ref() {
            "sheet" if self.sheets.len() < MAX_SHEETS => {
                let of = |name: &str| attribute(element, name).unwrap_or_default();
                let id = of("id");
                let relation = relations.iter().find(|relation| relation.id == id);
                // Charts, dialogs and old macros have sheets of their own.
                if relation.is_none_or(|relation| relation.is("worksheet")) {
                    let part = relation.map(|relation| relation.target.clone());
                    // A part that is named again would be read again.
                    let part = part.filter(|part| seen.insert(part.clone()));
                    let hidden = matches!(of("state").as_str(), "hidden" | "veryHidden");
                    self.sheets.push(SheetPart { name: of("name"), hidden, part });
                }
            }
            "workbookPr" => {
                self.is_1904 |= matches!(attribute(element, "date1904").as_deref(), Some("1" | "true" | "on"));
            }
            _ => {}
        })
    }

    fn read_styles(&mut self, parts: &mut dyn Parts, name: &str) -> Result<(), Stop> {
        let Some(mut xml) = Xml::open(parts, name)? else { return Ok(()) };
        let (mut of_cells, mut codes) = (false, HashMap::new());
        xml.elements(|element| {
            let number = || attribute(element, "numFmtId").and_then(|id| id.parse().ok());
            match element.local_name().as_ref() {
                "numFmt" if codes.len() < MAX_FORMATS => {
                    if let (Some(id), Some(code)) = (number(), attribute(element, "formatCode")) {
                        codes.insert(id, NumberFormat::of(&code));
                    }
                }
                "cellXfs" => of_cells = true,
                "cellStyleXfs" | "cellStyles" | "dxfs" => of_cells = false,
                "xf" if of_cells => self.styles.push(number().unwrap_or(0)),
                _ => {}
            }
        })?;
        for id in &self.styles {
            let built_in = || NumberFormat::built_in(u16::try_from(*id).unwrap_or_default());
            self.formats.entry(*id).or_insert_with(|| codes.remove(id).unwrap_or_else(built_in));
        }
        Ok(())
    }

    /// The format of a style.
    pub(super) fn format(&self, style: usize) -> &NumberFormat {
        self.styles.get(style).and_then(|id| self.formats.get(id)).unwrap_or(&self.plain)
    }
}

/// The relationships in a part of them; none if there is none. Their targets are told from the archive's root.
fn relations(parts: &mut dyn Parts, name: &str, folder: &str) -> Result<Vec<Relation>, Stop> {
    let mut relations = Vec::new();
    let Some(mut xml) = Xml::open(parts, name)? else { return Ok(relations) };
    xml.elements(|element| {
        if element.local_name().as_ref() == "Relationship" {
            let of = |name: &str| attribute(element, name).unwrap_or_default();
            relations.push(Relation { id: of("Id"), kind: of("Type"), target: within(folder, &of("Target")) });
        }
    })?;
    Ok(relations)
}

/// The name of a part, told from the folder of the one that names it.
fn within(folder: &str, target: &str) -> String {
    let target = target.replace('\\', "/");
    let start = if target.starts_with('/') { "" } else { folder };
    let mut steps: Vec<&str> = Vec::new();
    for step in start.split('/').chain(target.split('/')) {
        match step {
            "" | "." => {}
            ".." => drop(steps.pop()),
            step => steps.push(step),
        }
    }
    steps.join("/")
}

/// Puts the texts that cells share into the store.
fn read_texts<S: Scratch>(parts: &mut dyn Parts, name: &str, store: &mut Store<S>) -> Result<(), Stop> {
    let Some(mut xml) = Xml::open(parts, name)? else { return Ok(()) };
    let mut text = Text::default();
    loop {
        let is_text = match xml.next()? {
            quick_xml::events::Event::Start(element) => element.local_name().as_ref() == "si",
            quick_xml::events::Event::Eof => return Ok(()),
            _ => false,
        };
        if is_text {
            xml.runs("si", &mut text)?;
            store.share(&text.text, text.damaged)?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_told_from_the_root() {
        for (folder, target, name) in [
            ("xl", "worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
            ("xl", "/xl/worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
            ("xl", "\\xl\\styles.xml", "xl/styles.xml"),
            ("xl", "../data/./sheet.xml", "data/sheet.xml"),
            ("", "xl/workbook.xml", "xl/workbook.xml"),
            ("", "../../a", "a"),
        ] {
            assert_eq!(within(folder, target), name, "{folder} {target}");
        }
    }
}
