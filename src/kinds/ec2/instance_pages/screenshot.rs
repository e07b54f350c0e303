//! Pictures of instances' screens: a side table, joined by instance id.
//!
//! AWS takes one of a running instance, a JPEG.
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetConsoleScreenshot.html>

use arcstr::ArcStr;
use futures::future::BoxFuture;

use crate::aws::fault;
use crate::base::{Fault, FaultKind, RowId, Time};
use crate::kinds::convert::{Converter, moment};
use crate::kinds::ec2::instance_attribute::instances_of;
use crate::kinds::ec2::instances::instance::{self, InstanceState};
use crate::kinds::ec2::instances::{self, DESCRIBE_INSTANCES, fields};
use crate::kinds::listing::{KindDef, ListRequest, Pages, What};
use crate::kinds::plan_builder::{field as text_of, state};
use crate::kinds::row_page::{PageBody, PageContent, RowPage};
use crate::kinds::row_spec::{Field, Fields, RowSpec, field};
use crate::model::{FieldInfo, KindInfo, Operation, Record, Service, Value};

/// `GetConsoleScreenshot`.
pub static GET_CONSOLE_SCREENSHOT: Operation = Operation::read(Service::Ec2, "GetConsoleScreenshot").no_sooner_than(10);

/// What it is.
pub static INFO: KindInfo =
    KindInfo::new("instance-screenshots", "instance's screenshot", "Screenshots of instances", &FIELDS)
        .doc("What is on the screens of running instances, joined to them by id.")
        .listed_by(&[&GET_CONSOLE_SCREENSHOT, &DESCRIBE_INSTANCES])
        .sorted(&ID)
        .side();

/// Screenshots of instances.
pub static KIND: KindDef = KindDef { info: &INFO, list, links: |_, _| Vec::new(), raw: None };

/// Their page.
pub static PAGE: RowPage = RowPage {
    name: "screenshot",
    title: "Screenshot",
    doc: "What is on the instance's screen now: written to a new file in the folder for downloads, and drawn where the terminal has colours.",
    kind: &instances::INFO,
    side: &INFO,
    follows: false,
    available,
    read,
    key: None,
};

/// The instance id.
pub const ID: FieldInfo = FieldInfo::id("id", "ID", "The instance id.");
/// When it was taken.
pub const ASKED: FieldInfo = FieldInfo::age("asked", "TAKEN", "When it was taken.");
/// The picture, JPEG in Base64.
pub const JPEG: FieldInfo = FieldInfo::text("jpeg", "JPEG", "The picture, JPEG in Base64.");

struct Screenshot {
    id: RowId,
    asked: Time,
    jpeg: String,
}

static FIELDS: Fields<Screenshot> =
    Fields(&[Field::id(ID), field(ASKED, |s, _| moment(Some(s.asked))), field(JPEG, |s, _| Value::text(&s.jpeg))]);

static ROWS: RowSpec<Screenshot> = RowSpec::new(&INFO, &FIELDS, |s| Some(&s.id));

fn available(row: &Record) -> Result<(), String> {
    // The User Guide on unreachable instances: not of bare metal, nor of those with Graviton processors.
    if text_of(row, &fields::ARCHITECTURE) == Some("arm64") {
        return Err(
            "It has a Graviton processor: AWS takes no screenshots of these. Its console output is there.".into()
        );
    }
    if instance::instance_type(row).is_some_and(|t| t.contains(".metal")) {
        return Err("It is bare metal: AWS takes no screenshots of that. Its console output is there.".into());
    }
    match instance::state(row) {
        InstanceState::Running => Ok(()),
        _ => Err(format!("It is {}: only a running instance has a screen.", state(row))),
    }
}

fn read(row: &Record) -> PageContent {
    let asked = row.get(&ASKED).as_time();
    let body = match row.get(&JPEG) {
        Value::Text(jpeg) if !jpeg.is_empty() => PageBody::Jpeg(ArcStr::clone(jpeg)),
        _ => PageBody::Nothing("AWS has answered without a picture."),
    };
    PageContent { at: asked, asked, body }
}

fn list(request: ListRequest, mut pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    Box::pin(async move {
        let client = request.gateway.ec2(&request.scope).await?;
        let mut converter = Converter::of(&request);
        for id in instances_of(&request.what, &client, &mut pages).await? {
            pages.ask(&GET_CONSOLE_SCREENSHOT).await?;
            let out = client.get_console_screenshot().instance_id(id.as_str()).send().await;
            let out = match out.map_err(|e| fault::of(&GET_CONSOLE_SCREENSHOT, e)) {
                // Of all, some have no screen.
                Err(f)
                    if request.what == What::Everything
                        && !f.kind.passes_by_itself()
                        && f.kind != FaultKind::Denied =>
                {
                    continue;
                }
                out => out?,
            };
            let jpeg = out.image_data().unwrap_or_default().split_ascii_whitespace().collect();
            let row = Screenshot { id, asked: request.clock.now(), jpeg };
            pages.page(ROWS.records([&row], &mut converter)).await?;
        }
        Ok(())
    })
}
