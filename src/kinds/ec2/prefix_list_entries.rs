//! The entries of prefix lists: a side table, joined by the list's id. A request or more for each list: asked for only where they are
//! looked at or edited.

use arcstr::ArcStr;
use aws_sdk_ec2::Client;
use aws_sdk_ec2::types as sdk;
use futures::future::BoxFuture;

use super::prefix_lists::{DESCRIBE_MANAGED_PREFIX_LISTS, PAGE};
use crate::aws::fault;
use crate::base::{Fault, FaultKind, RowId};
use crate::kinds::convert::Converter;
use crate::kinds::listing::{KindDef, ListRequest, Pages, What};
use crate::kinds::paging::following;
use crate::kinds::row_spec::{Field, Fields, RowSpec, field};
use crate::model::{FieldInfo, KindInfo, Operation, Service, Value};

/// `GetManagedPrefixListEntries`.
pub static GET_MANAGED_PREFIX_LIST_ENTRIES: Operation = Operation::read(Service::Ec2, "GetManagedPrefixListEntries");

/// The list's id.
pub const ID: FieldInfo = FieldInfo::id("id", "ID", "The prefix list's id.");
/// The ranges with what they are for.
pub const ENTRIES: FieldInfo =
    FieldInfo::list("entries", "ENTRIES", "The ranges in it, each with its description behind it.").cells(10, 60);
/// The ranges.
pub const RANGES: FieldInfo = FieldInfo::ranges("ranges", "RANGES", "The ranges in it.").cells(14, 40);

/// What they are.
pub static INFO: KindInfo =
    KindInfo::new("prefix-list-entries", "prefix list's entries", "Entries of prefix lists", &FIELDS)
        .doc("The ranges in prefix lists, joined to them by id.")
        .listed_by(&[&GET_MANAGED_PREFIX_LIST_ENTRIES, &DESCRIBE_MANAGED_PREFIX_LISTS])
        .sorted(&ID)
        .side();

/// Entries of prefix lists.
pub static KIND: KindDef = KindDef { info: &INFO, list, links: |_, _| Vec::new(), raw: None };

/// One list's entries.
struct Entries {
    id: RowId,
    all: Vec<sdk::PrefixListEntry>,
}

static FIELDS: Fields<Entries> = Fields(&[
    Field::id(ID),
    field(ENTRIES, |e, _| Value::list(e.all.iter().filter_map(words))),
    field(RANGES, |e, _| Value::ranges(e.all.iter().filter_map(|p| p.cidr()))),
]);

static ROWS: RowSpec<Entries> = RowSpec::new(&INFO, &FIELDS, |e| Some(&e.id));

/// `10.1.0.0/16 the office`.
fn words(entry: &sdk::PrefixListEntry) -> Option<ArcStr> {
    let cidr = entry.cidr()?;
    let text = entry.description().filter(|d| !d.is_empty());
    Some(text.map_or_else(|| cidr.into(), |text| arcstr::format!("{cidr} {text}")))
}

/// An entry's range and description.
pub fn parts(entry: &str) -> (&str, &str) {
    entry.split_once(' ').unwrap_or((entry, ""))
}

/// One list's entries, page by page; `None` if there is no such list.
async fn entries_of(client: &Client, pages: &mut Pages, id: &RowId) -> Result<Option<Entries>, Fault> {
    let op = &GET_MANAGED_PREFIX_LIST_ENTRIES;
    let (mut all, mut token) = (Vec::new(), None);
    loop {
        pages.ask(op).await?;
        let asked = client.get_managed_prefix_list_entries().prefix_list_id(id.as_str()).max_results(PAGE);
        let mut out = match asked.set_next_token(token.clone()).send().await.map_err(|e| fault::of(op, e)) {
            Err(f) if f.kind == FaultKind::NotFound => return Ok(None),
            answer => answer?,
        };
        all.append(out.entries.get_or_insert_default());
        token = following(op, token.as_deref(), out.next_token)?;
        if token.is_none() {
            return Ok(Some(Entries { id: id.clone(), all }));
        }
    }
}

fn list(request: ListRequest, mut pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    Box::pin(async move {
        let client = request.gateway.ec2(&request.scope).await?;
        let mut converter = Converter::of(&request);
        for id in wanted(&request.what, &client, &mut pages).await? {
            if let Some(entries) = entries_of(&client, &mut pages, &id).await? {
                pages.page(ROWS.records([&entries], &mut converter)).await?;
            }
        }
        Ok(())
    })
}

/// The lists that are asked for: those named, or all that there are.
async fn wanted(what: &What, client: &Client, pages: &mut Pages) -> Result<Vec<RowId>, Fault> {
    if let What::Ids(ids) = what {
        return Ok(ids.to_vec());
    }
    let op = &DESCRIBE_MANAGED_PREFIX_LISTS;
    let (mut all, mut token): (Vec<RowId>, _) = (Vec::new(), None);
    loop {
        pages.ask(op).await?;
        let asked = client.describe_managed_prefix_lists().max_results(PAGE).set_next_token(token.clone());
        let out = asked.send().await.map_err(|e| fault::of(op, e))?;
        all.extend(out.prefix_lists().iter().filter_map(|p| p.prefix_list_id()).map(RowId::from));
        token = following(op, token.as_deref(), out.next_token)?;
        if token.is_none() {
            return Ok(all);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::testing::{record, texts};

    #[test]
    fn entries_are_ranges_with_what_they_are_for() {
        let entry = |cidr: &str, text: Option<&str>| {
            sdk::PrefixListEntry::builder().cidr(cidr).set_description(text.map(Into::into)).build()
        };
        let all = vec![entry("10.1.0.0/16", Some("the office, 2nd floor")), entry("2001:db8::/32", None)];
        let row = record(&ROWS, &Entries { id: "pl-1".into(), all });
        assert_eq!(row.get(&ENTRIES), &texts(&["10.1.0.0/16 the office, 2nd floor", "2001:db8::/32"]));
        assert_eq!(row.get(&RANGES), &Value::ranges(["10.1.0.0/16", "2001:db8::/32"]));
        assert_eq!(parts("10.1.0.0/16 the office"), ("10.1.0.0/16", "the office"));
        assert_eq!(parts("::/0"), ("::/0", ""));
    }
}
