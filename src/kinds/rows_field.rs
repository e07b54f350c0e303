//! Fields whose value is a row of a kind, chosen in a picker.

use crate::base::text::{capital, nearest, visible};
use crate::model::{FormField, FormInput, FormValue, Pick, Record, Selector, TableKey, Values};
use crate::query::Query;
use crate::store::{Progress, Store};

use super::action::ActionContext;
use super::plan_builder::{live, need};

/// Rows that a wrong name is compared with.
const LOOKED_AT: usize = 500;

/// What a text in such a field stands for.
enum Meant<'a> {
    /// A row.
    Row(&'a Record),
    /// Rows of this name, so many that can be chosen.
    Several(usize),
    /// None that is loaded.
    None,
}

/// A field that is a row, or several. Its error says what is wrong with what was chosen; `refuse` gives the reason why a row that is
/// there cannot be chosen, in one sentence. What was typed may be a name, if one row alone has it: the value is its id all the same.
///
/// `what` is how a sentence speaks of the rows: `the instances`.
pub fn rows_field(
    cx: &ActionContext<'_>,
    values: &Values,
    (name, label, what): (&'static str, &'static str, &str),
    (mut pick, default): (Pick, &str),
    help: impl Into<String>,
    refuse: &dyn Fn(&Record) -> Option<String>,
    needs: &mut Vec<TableKey>,
) -> FormField {
    narrow(cx.store, &mut pick);
    let typed = values.text(name).unwrap_or(default);
    let mut errors: Vec<String> = Vec::new();
    let mut ids: Vec<String> = Vec::new();
    let parts = pick.parts(typed);
    if parts.is_empty() {
        errors.push("Choose one.".into());
    }
    for part in parts {
        if let Some(other) = pick.other(part) {
            ids.push(other.value.to_string());
            continue;
        }
        match meant(cx.store, &pick, part, refuse) {
            Meant::Row(row) => {
                errors.extend(refuse(row));
                ids.push(row.id.to_string());
            }
            Meant::Several(n) => {
                errors.push(format!("{n} of them are named {}: choose one.", visible(part)));
                ids.push(part.to_string());
            }
            Meant::None => {
                if let Some(why) = unknown_row(cx.store, &pick, part, what) {
                    errors.push(why);
                }
                ids.push(part.to_string());
            }
        }
    }
    for table in &pick.tables {
        if cx.store.table(table).is_none_or(|t| t.status.progress != Progress::Complete) {
            need(needs, table.clone());
        }
    }
    if typed.trim().is_empty()
        && let Some(why) = not_listed(cx.store, &pick, what)
    {
        errors.insert(0, why);
    }
    let error = errors.into_iter().next();
    let value = FormValue::Text(Pick::value(&ids));
    FormField::new(name, label, FormInput::Pick(Box::new(pick)), value).with_help(help).with_error(error)
}

/// Asks for the rows that can be chosen by AWS's filters, as far as the pick's query can be said in them, and not for all rows, where those are not
/// all loaded anyway. What such a table brings is in the table of all rows too, unless it is found beyond it.
fn narrow(store: &Store, pick: &mut Pick) {
    for table in &mut pick.tables {
        let is_complete = |t: &TableKey| store.table(t).is_some_and(|t| t.status.progress == Progress::Complete);
        if table.selector == Selector::All {
            let query = Query::parse(&pick.only, table.kind.0).ok();
            if let Some(filters) = query.and_then(|q| q.filters(table.kind.0))
                && (filters.reach_beyond(table.kind.0) || !is_complete(table))
            {
                table.selector = Selector::Filter(filters);
            }
        }
    }
}

/// The row of this id; else the only one of this name that can be chosen, or that there is.
fn meant<'a>(store: &'a Store, pick: &Pick, text: &str, refuse: &dyn Fn(&Record) -> Option<String>) -> Meant<'a> {
    if let Some(row) = pick.tables.iter().find_map(|t| store.get(t, text)) {
        return Meant::Row(row);
    }
    // All rows are looked through only where the text cannot be an id, and a form takes the id over in its place.
    if is_id(pick, text) {
        return Meant::None;
    }
    let tables = pick.tables.iter().filter_map(|t| store.table(t));
    let named: Vec<&Record> = tables.flat_map(live).map(|r| &**r).filter(|r| r.name == text).collect();
    let mut fit = named.iter().filter(|r| pick.refusal(&r.id).is_none() && refuse(r).is_none());
    match (named.as_slice(), fit.next(), fit.count()) {
        ([one], _, _) | (_, Some(one), 0) => Meant::Row(one),
        ([], ..) => Meant::None,
        (_, None, _) => Meant::Row(named[0]),
        (_, Some(_), more) => Meant::Several(more + 1),
    }
}

fn is_id(pick: &Pick, text: &str) -> bool {
    !pick.prefix.is_empty() && text.starts_with(pick.prefix)
}

/// What is wrong with a text that is no row that is loaded; `None` for an id of a row that may be there all the same.
fn unknown_row(store: &Store, pick: &Pick, text: &str, what: &str) -> Option<String> {
    match not_listed(store, pick, what) {
        Some(_) if is_id(pick, text) => None,
        Some(why) => Some(why),
        None => {
            let rows = || pick.tables.iter().filter_map(|t| store.table(t)).flat_map(live).take(LOOKED_AT);
            let also = pick.also.iter().map(|c| c.value.as_str());
            let names = also.chain(rows().map(|r| r.label().as_str()));
            let near = nearest(text, names).map(|n| format!(" Did you mean {}?", visible(n))).unwrap_or_default();
            Some(format!("{} is not one of {what}.{near}", visible(text)))
        }
    }
}

/// Why rows are missing, if some may be: a sentence.
fn not_listed(store: &Store, pick: &Pick, what: &str) -> Option<String> {
    let what = capital(what);
    pick.tables.iter().find_map(|table| match store.table(table).map(|t| &t.status) {
        Some(status) if status.progress == Progress::Complete => None,
        Some(status) => Some(match &status.fault {
            Some(fault) => format!("{what} could not be listed ({}); type an id.", fault.kind.word()),
            None => format!("{what} are loading."),
        }),
        None => Some(format!("{what} are not loaded yet.")),
    })
}
