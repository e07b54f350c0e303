//! The output of instances' consoles: a side table, joined by instance id.
//!
//! AWS posts it shortly after an instance starts, stops, reboots or ends, and keeps the last 64 KB for an hour at least; of instances on the
//! Nitro system the newest can be had at any time (`Latest`).
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetConsoleOutput.html>

use aws_sdk_ec2::Client;
use aws_sdk_ec2::operation::get_console_output::GetConsoleOutputOutput;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::future::BoxFuture;

use crate::aws::fault;
use crate::base::terminal_text::plain;
use crate::base::{Fault, FaultKind, RowId, Time};
use crate::kinds::convert::{Converter, moment, time};
use crate::kinds::ec2::instance_attribute::instances_of;
use crate::kinds::ec2::instances::{self, DESCRIBE_INSTANCES};
use crate::kinds::listing::{KindDef, ListRequest, Pages};
use crate::kinds::row_page::{PageBody, PageContent, RowPage};
use crate::kinds::row_spec::{Field, Fields, RowSpec, field};
use crate::model::{FieldInfo, KindInfo, Operation, Record, Service, Value};

/// `GetConsoleOutput`. AWS has the lowest limit of requests for it ("these requests take the most time and resource to complete", the EC2 API
/// reference on request rates).
pub static GET_CONSOLE_OUTPUT: Operation = Operation::read(Service::Ec2, "GetConsoleOutput").no_sooner_than(10);

/// What it is.
pub static INFO: KindInfo =
    KindInfo::new("instance-console-output", "instance's console output", "Console output of instances", &FIELDS)
        .doc("What instances wrote to their consoles, the last 64 KB, joined to them by id.")
        .listed_by(&[&GET_CONSOLE_OUTPUT, &DESCRIBE_INSTANCES])
        .sorted(&ID)
        .side();

/// Console output of instances.
pub static KIND: KindDef = KindDef { info: &INFO, list, links: |_, _| Vec::new(), raw: None };

/// Their page.
pub static PAGE: RowPage = RowPage {
    name: "console-output",
    title: "Console output",
    doc: "What the instance wrote to its console, the last 64 KB, asked for again while it is looked at. A boot that hangs is seen here.",
    kind: &instances::INFO,
    side: &INFO,
    follows: true,
    available: |_| Ok(()),
    read,
    key: None,
};

/// The instance id.
pub const ID: FieldInfo = FieldInfo::id("id", "ID", "The instance id.");
/// When it was last updated, as AWS says.
pub const AT: FieldInfo = FieldInfo::age("at", "UPDATED", "When the output was last updated.");
/// When it was asked for.
pub const ASKED: FieldInfo = FieldInfo::age("asked", "ASKED", "When it was asked for.");
/// The output, without what steers a terminal.
pub const TEXT: FieldInfo = FieldInfo::text("text", "TEXT", "The output, without what steers a terminal.");

struct Output {
    id: RowId,
    at: Option<Time>,
    asked: Time,
    text: String,
}

static FIELDS: Fields<Output> = Fields(&[
    Field::id(ID),
    field(AT, |o, _| moment(o.at)),
    field(ASKED, |o, _| moment(Some(o.asked))),
    field(TEXT, |o, _| Value::text(&o.text)),
]);

static ROWS: RowSpec<Output> = RowSpec::new(&INFO, &FIELDS, |o| Some(&o.id));

fn read(row: &Record) -> PageContent {
    const NONE: &str =
        "AWS has no output of it yet: it is posted some minutes after an instance starts, stops, reboots or ends.";
    let body = match row.get(&TEXT) {
        Value::Text(text) if !text.is_empty() => PageBody::Lines(text.clone()),
        _ => PageBody::NotYet(NONE),
    };
    PageContent { at: row.get(&AT).as_time(), asked: row.get(&ASKED).as_time(), body }
}

fn list(request: ListRequest, mut pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    Box::pin(async move {
        let client = request.gateway.ec2(&request.scope).await?;
        let mut converter = Converter::of(&request);
        for id in instances_of(&request.what, &client, &mut pages).await? {
            let out = match ask(&client, &mut pages, &id, true).await {
                // Instances on Xen have only what was posted.
                Err(f) if f.code == "UnsupportedOperation" => ask(&client, &mut pages, &id, false).await?,
                out => out?,
            };
            let text: String = out.output().unwrap_or_default().split_ascii_whitespace().collect();
            let bytes = STANDARD.decode(text).map_err(|_| {
                Fault::new(FaultKind::Invalid, format!("The console output of {id} is not valid base64."))
            })?;
            let text = plain(&String::from_utf8_lossy(&bytes));
            let row = Output { id, at: time(out.timestamp()), asked: request.clock.now(), text };
            pages.page(ROWS.records([&row], &mut converter)).await?;
        }
        Ok(())
    })
}

async fn ask(client: &Client, pages: &mut Pages, id: &str, latest: bool) -> Result<GetConsoleOutputOutput, Fault> {
    pages.ask(&GET_CONSOLE_OUTPUT).await?;
    let call = client.get_console_output().instance_id(id).set_latest(latest.then_some(true));
    call.send().await.map_err(|e| fault::of(&GET_CONSOLE_OUTPUT, e))
}
