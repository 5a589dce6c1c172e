//! Delta: what changed in a folder, or among the folders, since the client last looked.
//!
//! Graph has a function (`…/delta`), v2.0 the preference `odata.track-changes` on every request. A token holds where the
//! walk stands, sealed so that it means something to this mailbox alone ([`token`]); the store knows the order of
//! changes. A walk covers the changes up to its beginning: what changes while it goes on is told by the next one, so
//! that every walk ends and none loses anything.

mod syncs;
mod token;

use http::{HeaderName, Method, Response, StatusCode};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use super::contacts::CONTACTS;
use super::dialect::Dialect;
use super::error::ODataError;
use super::folders;
use super::query::{self, DEFAULT_TOP, MAX_TOP, Query, Takes, Ways};
use super::render::Style;
use super::request::{Answer, Call, set};
use super::schema::{CONTACT, Entity, FOLDER, Moment};
use super::store::{FolderRow, Removal, Span, View};
use crate::sandbox::path::Target;

pub(super) use syncs::Syncs;
use token::State;

/// The preference of v2.0, which both APIs say that they applied.
const TRACK_CHANGES: &str = "odata.track-changes";

/// What is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Watched {
    /// The contacts of one folder.
    Contacts,
    /// All folders below one. Guessed: at any depth ("the user's mailbox"), as Exchange synchronizes hierarchies.
    Folders,
}

impl Watched {
    fn entity(self) -> &'static Entity {
        match self {
            Watched::Contacts => &CONTACT,
            Watched::Folders => &FOLDER,
        }
    }
}

/// Graph's `…/contacts/delta` and `…/contactFolders/delta`. v2.0 knows no such function.
pub(super) fn function(call: &Call<'_>) -> Answer {
    if call.dialect == Dialect::Outlook {
        return Err(ODataError::no_segment("delta"));
    }
    answer(call, if call.path.target == Target::ContactsDelta { Watched::Contacts } else { Watched::Folders })
}

/// Whether this is v2.0's request for changes. Documented: each one says so, else it is an ordinary list.
pub(super) fn tracked(call: &Call<'_>) -> bool {
    let listed = matches!(call.path.target, Target::Contacts | Target::Folder | Target::Folders);
    call.dialect == Dialect::Outlook && call.method == Method::GET && listed && call.prefers(TRACK_CHANGES)
}

/// v2.0's changes of a collection. Documented: `ContactFolders/{id}` alone stands for its contacts (the page prints a
/// folder's name there; ids are taken, as everywhere). Guessed: that folders can be tracked too.
pub(super) fn collection(call: &Call<'_>) -> Answer {
    answer(call, if call.path.target == Target::Folders { Watched::Folders } else { Watched::Contacts })
}

/// What a request asks for: the options of the walk's first request, and the token of a later one.
struct Asked {
    options: String,
    token: Option<String>,
}

/// One line of an answer, with the change that it is about.
type Line = (i64, Value);

fn answer(call: &Call<'_>, watched: Watched) -> Answer {
    if call.method != Method::GET {
        return Err(ODataError::not_supported());
    }
    let asked = asked(call, watched)?;
    let preferred = call.preferred_page();
    let size = preferred.unwrap_or(DEFAULT_TOP).min(MAX_TOP);
    let (lines, state, query) = call.store.read(&call.mailbox.ids, |view| {
        let folder = folders::find(view, call)?;
        let mut state = begin(view, call, watched, &folder, &asked)?;
        let query = query::parse(&state.options, call.dialect, watched.entity(), Takes::SELECT, Ways::default())?;
        let mut lines = lines(view, call, watched, &folder, state.span, &query, size + 1)?;
        let more = lines.len() > size;
        lines.truncate(size);
        state.span.after = lines.last().filter(|_| more).map_or(state.span.until, |(change, _)| *change);
        Ok((lines, state, query))
    })?;
    let first = asked.token.is_none();
    let state = call.syncs.issued(state);
    let mut body = Map::new();
    body.insert("@odata.context".into(), context(call, watched, &query).into());
    body.insert("value".into(), lines.into_iter().map(|(_, line)| line).collect());
    let (name, link) = link(call, &state, first);
    body.insert(name.into(), link.into());
    let mut response = super::request::json(call.dialect, StatusCode::OK, &Value::Object(body));
    say_applied(&mut response, preferred);
    Ok(response)
}

/// Observed: both APIs say that changes are tracked, and the page size where one was preferred.
fn say_applied(response: &mut Response<bytes::Bytes>, preferred: Option<usize>) {
    let size = preferred.map(|size| format!(", odata.maxpagesize={size}")).unwrap_or_default();
    set(response, HeaderName::from_static("preference-applied"), &format!("{TRACK_CHANGES}{size}"));
}

/// Documented: what else is asked goes into the first request and is part of the tokens from then on.
fn asked(call: &Call<'_>, watched: Watched) -> Result<Asked, ODataError> {
    let (mut options, mut token) = (Vec::new(), None);
    for pair in call.raw_query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = percent_decode_str(name).decode_utf8_lossy();
        if is_token(&name) {
            let value = percent_decode_str(value).decode_utf8_lossy().into_owned();
            if token.replace(value).is_some() {
                return Err(ODataError::bad_option("There is more than one token."));
            }
        } else if UNTRACKED.contains(&&*name) {
            return Err(untracked(watched));
        } else {
            options.push(pair);
        }
    }
    Ok(Asked { options: options.join("&"), token })
}

/// Guessed: in any case, and each for the other, for pages print `$deltaToken` and `$deltatoken`.
fn is_token(name: &str) -> bool {
    ["$deltatoken", "$skiptoken"].iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// Documented for v2.0, observed in Graph.
const UNTRACKED: [&str; 7] = ["$orderby", "$filter", "$expand", "$search", "$top", "$skip", "$count"];

/// Observed words, which name `$select` for contacts too; the pages of both APIs document that one, and it is taken.
/// Guessed: the code.
fn untracked(watched: Watched) -> ODataError {
    let of = if watched == Watched::Contacts { "Contacts" } else { "Folders" };
    let message = format!(
        "The following parameters are not supported with change tracking over the '{of}' resource: '$orderby, $filter, \
         $expand, $search, $top'."
    );
    ODataError::new(StatusCode::BAD_REQUEST, "ErrorInvalidUrlQuery", message)
}

/// Where this request goes on from.
fn begin(
    view: &View<'_>,
    call: &Call<'_>,
    watched: Watched,
    folder: &FolderRow,
    asked: &Asked,
) -> Result<State, ODataError> {
    let latest = view.latest()?;
    let Some(token) = &asked.token else {
        let span = Span { since: 0, after: 0, until: latest };
        return Ok(State { watched, folder: folder.id, span, options: asked.options.clone(), ..call.syncs.start() });
    };
    let state = State::open(&call.mailbox.ids, token).filter(|state| {
        let repeated = asked.options.is_empty() || asked.options == state.options;
        state.watched == watched && state.folder == folder.id && repeated
    });
    let mut state = state.ok_or_else(bad_token)?;
    call.syncs.check(&state, view.remembers(state.span)?)?;
    if state.span.after == state.span.until {
        state.span = Span { since: state.span.until, after: state.span.until, until: latest };
    }
    Ok(state)
}

/// Observed words for what is no token; guessed for the token of another folder or selection.
fn bad_token() -> ODataError {
    ODataError::new(StatusCode::BAD_REQUEST, "BadRequest", "Badly formed token.")
}

/// At most `limit` of what changed and what left, in the order in which it did.
fn lines(
    view: &View<'_>,
    call: &Call<'_>,
    watched: Watched,
    folder: &FolderRow,
    span: Span,
    query: &Query,
    limit: usize,
) -> Result<Vec<Line>, ODataError> {
    // Guessed: an answer to delta is a list like any other, and lists cut long texts.
    let style = Style { listed: true, ..call.style(Moment::Read, query.select.as_deref()) };
    let shown = |map: Map<String, Value>| match call.dialect {
        Dialect::Graph => Value::Object(typed(watched).into_iter().chain(map).collect()),
        Dialect::Outlook => Value::Object(map),
    };
    let (mut lines, removed): (Vec<Line>, _) = match watched {
        Watched::Contacts => {
            let changed = view.changed_contacts(folder, span, limit)?.into_iter();
            let lines = changed.map(|(change, row)| (change, shown(style.contact(&row, None)))).collect();
            (lines, view.removed_contacts(folder, span, limit)?)
        }
        Watched::Folders => {
            let changed = view.changed_folders(folder, span, limit)?.into_iter();
            let lines = changed.map(|(change, row)| (change, shown(style.folder(&row)))).collect();
            (lines, view.removed_folders(folder, span, limit)?)
        }
    };
    lines.extend(removed.iter().map(|removal| (removal.change, left(call, watched, removal))));
    lines.sort_by_key(|(change, _)| *change);
    lines.truncate(limit);
    Ok(lines)
}

/// Documented: Graph's entries say what they are.
fn typed(watched: Watched) -> Map<String, Value> {
    let kind = if watched == Watched::Contacts { "#microsoft.graph.contact" } else { "#microsoft.graph.contactFolder" };
    Map::from_iter([("@odata.type".to_owned(), kind.into())])
}

/// What left. Documented for Graph; `changed` is what still exists elsewhere (guessed for moves). In v2.0 `reason`
/// beside `id` is observed, the rest guessed from OData 4.0's JSON format, section 15.3 ("Deleted entity").
fn left(call: &Call<'_>, watched: Watched, removal: &Removal) -> Value {
    let reason = if removal.gone { "deleted" } else { "changed" };
    // Documented: the preference holds for delta too. A folder's id is constant anyway.
    let immutable = watched == Watched::Contacts && call.immutable();
    let id = if immutable { call.mailbox.ids.immutable(removal.born) } else { removal.public.clone() };
    match call.dialect {
        Dialect::Graph => {
            let mut line = typed(watched);
            line.insert("id".into(), id.into());
            line.insert("@removed".into(), json!({ "reason": reason }));
            Value::Object(line)
        }
        Dialect::Outlook => {
            let collection = if watched == Watched::Contacts { "Contacts" } else { "ContactFolders" };
            json!({
                "@odata.context": format!("{}/{collection}/$deletedEntity", call.context()),
                "id": format!("{collection}('{id}')"),
                "reason": reason,
            })
        }
    }
}

fn context(call: &Call<'_>, watched: Watched, query: &Query) -> String {
    let selected = call.selected(query.select.as_deref());
    let folder = call.path.folders.last().map(String::as_str);
    match (call.dialect, watched) {
        (Dialect::Graph, Watched::Contacts) => format!("{}/$metadata#Collection(contact){selected}", call.base),
        (Dialect::Graph, Watched::Folders) => format!("{}/$metadata#Collection(contactFolder){selected}", call.base),
        (Dialect::Outlook, Watched::Contacts) => call.collection_context(folder, CONTACTS) + &selected,
        (Dialect::Outlook, Watched::Folders) => {
            call.collection_context(folder, ("contactFolders", "ContactFolders")) + &selected
        }
    }
}

/// The link to go on with. Documented for v2.0: the first answer always ends in a delta token, and only the second
/// request tells whether there is more; `$` is percent-encoded. Its page prints a skip token under `@odata.deltaLink`
/// once; here it stands under `@odata.nextLink`, which clients were observed to follow.
fn link(call: &Call<'_>, state: &State, first: bool) -> (&'static str, String) {
    let more = state.span.after < state.span.until;
    let (name, option) = match call.dialect {
        Dialect::Outlook if first => ("@odata.deltaLink", "deltatoken"),
        _ if more => ("@odata.nextLink", "skiptoken"),
        _ => ("@odata.deltaLink", "deltatoken"),
    };
    let token = state.seal(&call.mailbox.ids);
    let dollar = call.dialect.pick("$", "%24");
    (name, format!("{}{dollar}{option}={token}", call.link()))
}
