//! Photos that no column names: files that are called after the contact, as in `{email}.jpg`.

use std::str::FromStr;

use crate::formats::table::column::{Column, Part, Slot};
use crate::formats::table::fold::fold;
use crate::formats::table::head::Head;
use crate::formats::table::slot::{BETWEEN, Row};
use crate::model::{Field, Loss, Why};

/// How the file of a contact's photo is called: a text with columns in braces, each by its header or by its name in the
/// vocabulary (`{name.family}`). `{email}`, `{phone}` and `{name}` are the first column of that kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhotoName(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Column(String),
}

/// A text that is no name with columns in braces.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("write a file's name with columns in braces: {{email}}.jpg")]
pub struct NoPhotoName;

impl FromStr for PhotoName {
    type Err = NoPhotoName;

    fn from_str(text: &str) -> Result<Self, NoPhotoName> {
        let (mut pieces, mut rest) = (Vec::new(), text);
        while let Some((before, behind)) = rest.split_once('{') {
            let (column, behind) = behind.split_once('}').ok_or(NoPhotoName)?;
            if column.trim().is_empty() || column.contains('{') {
                return Err(NoPhotoName);
            }
            pieces.extend([Piece::Text(before.to_owned()), Piece::Column(column.trim().to_owned())]);
            rest = behind;
        }
        // Without a column all contacts would have the same photo.
        if pieces.is_empty() || rest.contains('}') {
            return Err(NoPhotoName);
        }
        pieces.push(Piece::Text(rest.to_owned()));
        Ok(PhotoName(pieces))
    }
}

/// A name whose columns were found in a table, or not.
#[derive(Debug)]
pub(in crate::formats) struct Naming(Vec<(Piece, Option<usize>)>);

impl PhotoName {
    /// Finds its columns.
    pub(in crate::formats) fn in_table(&self, head: &Head) -> Naming {
        let place = |piece: &Piece| match piece {
            Piece::Text(_) => None,
            Piece::Column(name) => column(name, head),
        };
        Naming(self.0.iter().map(|piece| (piece.clone(), place(piece))).collect())
    }
}

/// The column that a user means: by its header, else by what it holds.
fn column(name: &str, head: &Head) -> Option<usize> {
    let folded = fold(name);
    let named = Column::named(name);
    let means = |column: &Option<Column>| match (name, column) {
        (_, None) => false,
        ("email", Some(Column { slot: Slot::Email(..), part: Part::Value })) => true,
        ("phone", Some(Column { slot: Slot::Phone(..), part: Part::Value })) => true,
        ("name", Some(Column { slot: Slot::Text(Field::FullName), .. })) => true,
        (_, column) => *column == named,
    };
    let by_header = head.headers.iter().position(|header| fold(header) == folded);
    by_header.or_else(|| head.layout().position(|column| means(&column)))
}

impl Naming {
    /// The name of a row's file; none where a column has nothing to call it by. `Err` when a column is not there.
    pub(in crate::formats) fn of(&self, row: Row<'_>) -> Option<Result<String, Loss>> {
        let mut name = String::new();
        for piece in &self.0 {
            match piece {
                (Piece::Text(text), _) => name.push_str(text),
                (Piece::Column(column), None) => {
                    let why = format!("{{{column}}} (there is no such column)");
                    return Some(Err(Loss::new(Field::Photo, why, Why::NotInInput)));
                }
                (Piece::Column(_), Some(at)) => {
                    let value = row.verbatim(*at).split(BETWEEN).next().unwrap_or_default().trim();
                    if value.is_empty() {
                        return None;
                    }
                    name.extend(value.chars().map(harmless));
                }
            }
        }
        Some(Ok(name))
    }
}

/// What a cell's letter is in a file's name: a value names no directory.
fn harmless(letter: char) -> char {
    if matches!(letter, '/' | '\\' | ':') || letter.is_control() { '_' } else { letter }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_columns() {
        for wrong in ["", "photo.jpg", "{", "{}.jpg", "{a", "a}", "{a{b}}", "{a}}"] {
            assert_eq!(wrong.parse::<PhotoName>(), Err(NoPhotoName), "{wrong}");
        }
        let name: PhotoName = "p/{ E-mail }-{name.family}.jpg".parse().unwrap();
        let text = |text: &str| Piece::Text(text.to_owned());
        let column = |name: &str| Piece::Column(name.to_owned());
        assert_eq!(name.0, [text("p/"), column("E-mail"), text("-"), column("name.family"), text(".jpg")]);
    }
}
