//! A row being written: its cells, and what does not fit into them.

use std::borrow::Cow;

use crate::formats::scan;
use crate::formats::table::column::Part;
use crate::formats::table::slot::Plan;
use crate::formats::table::slot::label::{self, BETWEEN};
use crate::formats::table::slot::way::Way;
use crate::model::{Contact, Field, Kind, Line, Loss, Rest, Why};

/// Bytes that what is said of the remarks on a value takes, as a rule.
const REMARKS: usize = 40;

/// Cells of which one number says whether they are filled.
const BITS: usize = u64::BITS as usize;

/// The cells of one row and the losses.
#[derive(Debug)]
pub(in crate::formats) struct Sheet {
    /// How values stand in the cells.
    pub(in crate::formats) way: Way,
    /// The headers.
    pub(in crate::formats) headers: Vec<String>,
    /// The cells, one a header.
    pub(in crate::formats) cells: Vec<String>,
    /// Those that were written, a bit each: most cells of a table are empty.
    filled: Vec<u64>,
    /// What the row does not hold.
    pub(in crate::formats) losses: Vec<Loss>,
    /// Fields that have no column, until somebody further on finds a place for them.
    pub(in crate::formats) homeless: Vec<Field>,
}

/// The remarks on a value, of which some do not go into the row.
#[derive(Debug, Default, Clone, Copy)]
pub(in crate::formats) struct Remarks<'c> {
    pub(in crate::formats) kind: Option<Kind>,
    pub(in crate::formats) line: Line,
    pub(in crate::formats) label: &'c str,
    pub(in crate::formats) name: &'c str,
    pub(in crate::formats) preference: Option<u8>,
}

impl Remarks<'_> {
    /// Whether there is any.
    pub(in crate::formats) fn says_something(&self) -> bool {
        let words = [label::kind_word(self.kind), label::line_word(self.line), self.label, self.name];
        self.preference.is_some() || words.iter().any(|word| !word.is_empty())
    }
}

/// One labelled value: the cells of a group of numbered columns.
#[derive(Debug)]
pub(in crate::formats) struct Value<'c, const N: usize> {
    pub(in crate::formats) field: Field,
    pub(in crate::formats) label: Cow<'c, str>,
    pub(in crate::formats) parts: [(Part, Cow<'c, str>); N],
}

impl Sheet {
    /// A sheet of these columns.
    pub(in crate::formats) fn new(headers: Vec<String>, way: Way) -> Self {
        let (cells, filled) = (vec![String::new(); headers.len()], vec![0; headers.len().div_ceil(BITS)]);
        Sheet { way, headers, cells, filled, losses: Vec::new(), homeless: Vec::new() }
    }

    /// Makes it ready for the next contact.
    pub(in crate::formats) fn clear(&mut self) {
        self.each_filled(|_, cell| cell.clear());
        self.filled.fill(0);
        self.losses.clear();
        self.homeless.clear();
    }

    /// Calls for each cell that is not empty, in the order of their columns.
    pub(in crate::formats) fn each_filled(&mut self, mut with: impl FnMut(usize, &mut String)) {
        for (word, bits) in self.filled.iter().enumerate() {
            let mut left = *bits;
            while left > 0 {
                let at = word * BITS + left.trailing_zeros() as usize;
                with(at, &mut self.cells[at]);
                left &= left - 1;
            }
        }
    }

    /// A cell to write into.
    pub(in crate::formats) fn cell(&mut self, at: usize) -> &mut String {
        let cell = &mut self.cells[at];
        if cell.is_empty() {
            self.filled[at / BITS] |= 1 << (at % BITS);
        }
        cell
    }

    /// Writes a cell.
    pub(in crate::formats) fn set(&mut self, at: usize, text: &str) {
        if text.is_empty() && self.cells[at].is_empty() {
            return;
        }
        let line_break = self.way.line_break;
        let cell = self.cell(at);
        cell.clear();
        if line_break == "\n" || !scan::any_of(text.as_bytes(), [b'\n']) {
            cell.push_str(text);
        } else {
            cell.push_str(&text.replace('\n', line_break));
        }
    }

    /// Writes a part of a slot, if the slot has a column for it.
    pub(in crate::formats) fn put(&mut self, plan: &Plan, part: Part, text: &str) -> bool {
        let at = plan.at(part);
        if let Some(at) = at {
            self.set(at, text);
        }
        at.is_some()
    }

    /// A value that does not go into the row.
    pub(in crate::formats) fn lose(&mut self, field: Field, value: &str, why: Why) {
        self.losses.push(Loss::new(field, value, why));
    }

    /// A value for which all columns are taken, or that has none.
    pub(in crate::formats) fn lose_beyond(&mut self, field: Field, value: &str, max: usize) {
        self.lose(field, value, if max == 0 { Why::NoPlace } else { Why::TooMany { max } });
    }

    /// The remarks that the row does not hold although it holds their value.
    pub(in crate::formats) fn lose_remarks(&mut self, field: Field, value: &str, remarks: Remarks<'_>, rest: &Rest) {
        let mut lost = String::new();
        let mut lose = |words: &[&str], values: &[String]| {
            if lost.is_empty() {
                lost.reserve(value.len() + REMARKS);
                lost.push_str(value);
            }
            lost.push_str(if lost.len() == value.len() { " (" } else { ", " });
            words.iter().for_each(|word| lost.push_str(word));
            for (at, value) in values.iter().enumerate() {
                lost.push_str(if at == 0 { "" } else { "," });
                lost.push_str(value);
            }
        };
        let words = [label::kind_word(remarks.kind), label::line_word(remarks.line), remarks.label, remarks.name];
        words.iter().filter(|word| !word.is_empty()).for_each(|word| lose(&[word], &[]));
        remarks.preference.iter().for_each(|preference| lose(&["preference "], &[preference.to_string()]));
        rest.params.iter().for_each(|(name, values)| lose(&[name, "="], values));
        rest.raw.iter().for_each(|raw| lose(&[raw], &[]));
        if !lost.is_empty() {
            lost.push(')');
            self.losses.push(Loss::new(field, lost, Why::Remark));
        }
    }

    /// What stood beside the single-valued fields in the source.
    pub(in crate::formats) fn report_rest(&mut self, contact: &Contact) {
        for (field, rest) in &contact.rest {
            if !field.is_absent(contact) {
                self.lose_remarks(*field, field.name(), Remarks::default(), rest);
            }
        }
    }

    /// Takes a field off those that have no column; whether it was one of them.
    pub(in crate::formats) fn finds_home(&mut self, field: Field) -> bool {
        let at = self.homeless.iter().position(|homeless| *homeless == field);
        at.map(|at| self.homeless.remove(at)).is_some()
    }

    /// Writes labelled values into numbered groups of columns. Where there are more values than groups, those with the
    /// same label share one, if the program knows that; what still finds none is lost.
    pub(in crate::formats) fn groups<'c, const N: usize>(&mut self, plans: &[Plan], mut values: Vec<Value<'c, N>>) {
        let share = self.way.joins && values.len() > plans.len();
        if self.way.joins {
            values.iter_mut().for_each(|value| self.free_of_between(value));
        }
        if !share {
            return self.one_by_one(plans, &values);
        }
        // The labels of the groups, and how many values each has.
        let mut taken: Vec<(Cow<'c, str>, usize)> = Vec::new();
        for value in values {
            let same = taken.iter().position(|(label, _)| *label == value.label);
            let group = same.unwrap_or(taken.len());
            let Some(plan) = plans.get(group) else {
                self.lose_value(&value, plans.len());
                continue;
            };
            if same.is_some() && label::is_preferred(&value.label) {
                let told = value.parts.iter().map(|(_, text)| text.as_ref()).find(|text| !text.is_empty());
                let remarks = Remarks { preference: Some(1), ..Remarks::default() };
                self.lose_remarks(value.field, told.unwrap_or_default(), remarks, &Rest::default());
            }
            if same.is_none() {
                self.put(plan, Part::Label, &value.label);
                taken.push((value.label.clone(), 0));
            }
            self.join(plan, &value, taken[group].1);
            taken[group].1 += 1;
        }
    }

    /// Writes each value into the group of its place.
    fn one_by_one<const N: usize>(&mut self, plans: &[Plan], values: &[Value<'_, N>]) {
        for (nth, value) in values.iter().enumerate() {
            match plans.get(nth) {
                Some(plan) => {
                    self.put(plan, Part::Label, &value.label);
                    self.join(plan, value, 0);
                }
                None => self.lose_value(value, plans.len()),
            }
        }
    }

    /// A value that finds no group.
    fn lose_value<const N: usize>(&mut self, value: &Value<'_, N>, max: usize) {
        let mut texts = value.parts.iter().map(|(_, text)| text.as_ref());
        self.lose_beyond(value.field, texts.find(|text| !text.is_empty()).unwrap_or_default(), max);
    }

    /// Joins a value to the `before` ones that its group holds, part by part, so that they stay in step.
    fn join<const N: usize>(&mut self, plan: &Plan, value: &Value<'_, N>, before: usize) {
        for (part, text) in &value.parts {
            let Some(at) = plan.at(*part) else { continue };
            if self.cells[at].is_empty() && text.is_empty() {
                continue;
            }
            let cell = self.cell(at);
            let there = if cell.is_empty() { 0 } else { before.saturating_sub(1) };
            (there..before).for_each(|_| cell.push_str(BETWEEN));
            cell.push_str(text);
        }
    }

    /// A value cannot contain what separates values.
    fn free_of_between<const N: usize>(&mut self, value: &mut Value<'_, N>) {
        let field = value.field;
        let texts = std::iter::once(&mut value.label).chain(value.parts.iter_mut().map(|(_, text)| text));
        for text in texts.filter(|text| text.contains(BETWEEN.trim())) {
            self.losses.push(Loss::new(field, text.as_ref(), Why::Characters));
            while text.contains(BETWEEN.trim()) {
                *text = Cow::Owned(text.replace(BETWEEN.trim(), "::"));
            }
        }
    }
}
