//! AWS's whole answer about one row, for reading, cut to the row's own part: as the AWS CLI prints it, and XML, CBOR and JSON as indented text.
//!
//! The row is asked for again, alone where the service allows it. What names a secret is not shown, strangers' text is made
//! visible, and the text is bounded.

mod cbor;
mod cli;
mod json;
mod node;
mod write;
mod xml;

use futures::future::BoxFuture;

use super::facts;
use super::listing::{ListFn, ListRequest, PaidRow, Sink, What};
use crate::aws::capture::{Answer, capture};
use crate::base::{Fault, FaultKind, RowId, Scope};
use crate::model::{Operation, RawAnswer, RawPart, RawText, Record};
use crate::query::Placed;
use node::Style;

/// Asks for one row with its kind's own list function and keeps what AWS answers. What [`super::KindDef::raw`] is made of.
pub fn raw(list: ListFn, mut request: ListRequest, id: RowId) -> BoxFuture<'static, Result<RawAnswer, Fault>> {
    Box::pin(async move {
        request.what = What::Ids(std::sync::Arc::new(vec![id.clone()]));
        let clock = request.clock.clone();
        let at = clock.now();
        let (sender, receiver) = std::sync::mpsc::channel();
        let (listed, answers) = capture(list(request, Box::new(Gather(sender)))).await;
        listed?;
        let found = receiver.try_iter().flatten().find(|r| r.id == id);
        let row = found.ok_or_else(|| Fault::new(FaultKind::NotFound, format!("{id} no longer exists in AWS")))?;
        let names = names_of(&row);
        Ok(RawAnswer { at, parts: answers.iter().map(|a| part(a, &names)).collect() })
    })
}

/// For a row that AWS cannot be asked for alone: what is known of it, and that it is not AWS's text.
pub fn known(row: &Record, scope: &Scope, at: crate::base::Time) -> RawAnswer {
    let text = facts::pretty(&facts::element(&Placed(row, scope), None));
    let title = "AWS cannot be asked for this row alone: this is what is known of it".to_string();
    let lines = text.lines().map(|l| crate::base::text::visible(l).into_owned()).collect();
    RawAnswer { at, parts: vec![RawPart { came: RawText { title, lines }, cli: None }] }
}

/// What the row's own part of an answer has in it: its id as AWS writes it, else its name, else the id of what it is a part of, which
/// stands before a slash in its identity (an entry of a network ACL).
fn names_of(row: &Record) -> Vec<String> {
    let by_field = |name: &str| row.kind.index_of(name).and_then(|i| row.at(i).as_str().map(str::to_string));
    let whole = row.id.split_once('/').map(|(whole, _)| whole.to_string());
    let mut names: Vec<String> =
        [by_field("key"), by_field("id"), Some(row.id.to_string()), Some(row.name.to_string()), whole]
            .into_iter()
            .flatten()
            .filter(|n| !n.is_empty())
            .collect();
    names.dedup();
    names
}

fn part(answer: &Answer, names: &[String]) -> RawPart {
    let op = answer.operation;
    let name = format!("{} {}", op.service.cli(), op.name);
    let tree = if answer.cut {
        Err("too long to show".to_string())
    } else if answer.content_type.contains("cbor") {
        cbor::read(&answer.body).map(|n| (n, Style::Json))
    } else if answer.content_type.contains("json") {
        json::read(&answer.body).map(|n| (n, Style::Json))
    } else {
        xml::read(&answer.body).map(|n| (n, Style::Xml))
    };
    let (root, style) = match tree {
        Ok(read) => read,
        Err(why) => {
            let came = RawText { title: format!("{name}: {why}"), lines: Vec::new() };
            return RawPart { came, cli: None };
        }
    };
    let own = names.iter().find_map(|n| root.part_about(n));
    let (title, node) = match &own {
        // The outermost elements are called after the operation; what they are is said already.
        Some((path, node)) => {
            let outer = [format!("{}Response", op.name), format!("{}Result", op.name)];
            let way: Vec<&str> = path.iter().copied().filter(|p| !outer.iter().any(|o| o == p)).collect();
            (format!("{name}  {}", way.join(" › ")), *node)
        }
        None => (name.clone(), &root),
    };
    let as_cli = cli::read(op, &root, own.as_ref().map(|(_, node)| *node), style == Style::Xml);
    let cli = as_cli.map(|part| {
        let title = format!("{name}  {}", part.place).trim_end().to_string();
        [write::json(&part.tree), write::yaml(&part.tree)].map(|lines| RawText { title: title.clone(), lines })
    });
    RawPart { came: RawText { title, lines: node.lines(style) }, cli }
}

/// A sink that keeps what it is given.
struct Gather(std::sync::mpsc::Sender<Vec<Record>>);

impl Sink for Gather {
    fn ask(&mut self, _: &'static Operation) -> BoxFuture<'_, Result<(), Fault>> {
        Box::pin(async { Ok(()) })
    }
    fn bought(&mut self, _: &[PaidRow]) {}
    fn page(&mut self, rows: Vec<Record>) -> BoxFuture<'_, Result<(), Fault>> {
        let sent = self.0.send(rows).map_err(|_| Fault::bug("nobody waits for these rows"));
        Box::pin(async { sent })
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
