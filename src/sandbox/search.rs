//! Which contacts a listing shows: by page, by filter, in order.
//!
//! Guessed: contacts are listed in the order they came into the folder.

use super::error::ODataError;
use super::filter::{Filter, Item, Key, Lookup, key};
use super::query::Query;
use super::store::{ContactRow, FolderRow, Page, View};

/// How many contacts are held in memory at once while a folder is searched; fewer of large ones.
const BATCH: usize = 500;

/// A page of at most `limit` contacts of a folder, from the query's `$skip` on, and whether there are more; distribution
/// lists are among them where `lists`.
pub(super) fn page(
    view: &View<'_>,
    folder: &FolderRow,
    query: &Query,
    limit: usize,
    lists: bool,
) -> Result<(Vec<ContactRow>, bool), ODataError> {
    let mut page = Page::of(limit);
    if query.filter.is_none() && query.order.is_empty() && lists {
        return Ok(view.onto(page, folder, query.skip)?.shown());
    }
    if !query.order.is_empty() {
        return Ok(ordered(view, folder, query, page, lists)?.shown());
    }
    let mut skip = query.skip;
    each(view, folder, query.filter.as_ref(), lists, |row| {
        if skip > 0 {
            skip -= 1;
            return true;
        }
        page.takes(row)
    })?;
    Ok(page.shown())
}

/// How many contacts of a folder there are, or match.
pub(super) fn count(
    view: &View<'_>,
    folder: &FolderRow,
    filter: Option<&Filter>,
    lists: bool,
) -> Result<u64, ODataError> {
    if filter.is_none() && lists {
        return view.count_contacts(folder);
    }
    let mut count = 0;
    each(view, folder, filter, lists, |_| {
        count += 1;
        true
    })?;
    Ok(count)
}

/// Sorted listings hold what they are sorted by of the whole match in memory, and the contacts of the page alone.
fn ordered(
    view: &View<'_>,
    folder: &FolderRow,
    query: &Query,
    mut page: Page,
    lists: bool,
) -> Result<Page, ODataError> {
    let mut found: Vec<(Vec<Key>, i64)> = Vec::new();
    each(view, folder, query.filter.as_ref(), lists, |row| {
        let keys = query.order.iter().map(|(field, _)| key(*field, Item::Contact(&row, &[])));
        found.push((keys.collect(), row.number));
        true
    })?;
    found.sort_by(|(one, first), (other, second)| {
        let keys = one.iter().zip(other).zip(&query.order);
        let mut orders = keys.map(|((one, other), (_, down))| if *down { other.cmp(one) } else { one.cmp(other) });
        orders.find(|order| order.is_ne()).unwrap_or_else(|| first.cmp(second))
    });
    let skip = usize::try_from(query.skip).unwrap_or(usize::MAX);
    for (_, number) in found.into_iter().skip(skip) {
        if let Some(row) = view.contact_by_number(number)?
            && !page.takes(row)
        {
            break;
        }
    }
    Ok(page)
}

/// Shows every match to `keep`, in the order of the listing, until it has enough.
fn each(
    view: &View<'_>,
    folder: &FolderRow,
    filter: Option<&Filter>,
    lists: bool,
    mut keep: impl FnMut(ContactRow) -> bool,
) -> Result<(), ODataError> {
    let asks_extended = filter.is_some_and(Filter::asks_extended);
    let mut offer = |row: ContactRow| -> Result<bool, ODataError> {
        if !lists && row.is_list() {
            return Ok(true);
        }
        let extended = if asks_extended { view.extended(row.number)? } else { Vec::new() };
        let matches = filter.is_none_or(|filter| filter.matches(Item::Contact(&row, &extended)));
        Ok(!matches || keep(row))
    };
    if let Some(lookups) = filter.and_then(Filter::lookups) {
        for number in numbers(view, &lookups)? {
            let row = view.contact_by_number(number)?.filter(|row| row.folder == folder.id);
            if let Some(row) = row
                && !offer(row)?
            {
                return Ok(());
            }
        }
        return Ok(());
    }
    let mut first = i64::MIN;
    loop {
        let batch = view.contacts_from(folder, first, BATCH)?;
        let Some(last) = batch.last() else { return Ok(()) };
        first = last.number + 1;
        for row in batch {
            if !offer(row)? {
                return Ok(());
            }
        }
    }
}

/// The numbers of the contacts that an index finds, ascending.
fn numbers(view: &View<'_>, lookups: &[Lookup<'_>]) -> Result<Vec<i64>, ODataError> {
    let mut numbers = Vec::new();
    for lookup in lookups {
        numbers.extend(match lookup {
            Lookup::Value(property, value) => view.holders(property, value)?,
            Lookup::Property(property) => view.holders_of(property)?,
            Lookup::Email(address) => view.contacts_with(address)?,
        });
    }
    numbers.sort_unstable();
    numbers.dedup();
    Ok(numbers)
}
