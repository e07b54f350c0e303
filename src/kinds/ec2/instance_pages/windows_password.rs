//! The passwords that Windows instances made at their first start, as AWS keeps them: encrypted with the key pair's public half. A side
//! table, joined by instance id. What it takes to read one never comes here.
//!
//! "The password is generated at boot by the EC2Config and EC2Launch scripts […]. If the instance is launched without a key pair, no password
//! is available; wait up to 15 minutes after launching an instance before trying to retrieve it."
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetPasswordData.html>

use arcstr::ArcStr;
use futures::future::BoxFuture;

use crate::aws::fault;
use crate::base::{Fault, RowId, Time};
use crate::kinds::convert::{Converter, moment, time};
use crate::kinds::ec2::instance_attribute::instances_of;
use crate::kinds::ec2::instances::{self, DESCRIBE_INSTANCES, fields};
use crate::kinds::listing::{KindDef, ListRequest, Pages};
use crate::kinds::plan_builder::field as text_of;
use crate::kinds::row_page::{PageBody, PageContent, RowPage};
use crate::kinds::row_spec::{Field, Fields, RowSpec, field};
use crate::model::{FieldInfo, KindInfo, Operation, Record, Service, Value};

/// `GetPasswordData`.
pub static GET_PASSWORD_DATA: Operation = Operation::read(Service::Ec2, "GetPasswordData").no_sooner_than(15);

/// What it is.
pub static INFO: KindInfo =
    KindInfo::new("instance-passwords", "instance's password", "Encrypted passwords of Windows instances", &FIELDS)
        .doc("The administrator's first password of Windows instances, encrypted, joined to them by id.")
        .listed_by(&[&GET_PASSWORD_DATA, &DESCRIBE_INSTANCES])
        .sorted(&ID)
        .side();

/// Encrypted passwords of instances.
pub static KIND: KindDef = KindDef { info: &INFO, list, links: |_, _| Vec::new(), raw: None };

/// Their page.
pub static PAGE: RowPage = RowPage {
    name: "windows-password",
    title: "Windows password",
    doc: "The administrator's first password of a Windows instance, decrypted on this machine with the key pair's file, and shown once.",
    kind: &instances::INFO,
    side: &INFO,
    follows: false,
    available,
    read,
    key: Some(key),
};

/// The instance id.
pub const ID: FieldInfo = FieldInfo::id("id", "ID", "The instance id.");
/// When it was last updated, as AWS says.
pub const AT: FieldInfo = FieldInfo::age("at", "UPDATED", "When the password was last updated.");
/// When it was asked for.
pub const ASKED: FieldInfo = FieldInfo::age("asked", "ASKED", "When it was asked for.");
/// The password, encrypted, in Base64.
pub const DATA: FieldInfo =
    FieldInfo::text("data", "DATA", "The password, encrypted, in Base64; empty if there is none yet.");

struct Password {
    id: RowId,
    at: Option<Time>,
    asked: Time,
    data: String,
}

static FIELDS: Fields<Password> = Fields(&[
    Field::id(ID),
    field(AT, |p, _| moment(p.at)),
    field(ASKED, |p, _| moment(Some(p.asked))),
    field(DATA, |p, _| Value::text(&p.data)),
]);

static ROWS: RowSpec<Password> = RowSpec::new(&INFO, &FIELDS, |p| Some(&p.id));

fn available(row: &Record) -> Result<(), String> {
    match text_of(row, &fields::PLATFORM) {
        // Windows, Windows with SQL Server Standard, Windows BYOL…
        Some(platform) if !platform.contains("Windows") => {
            Err(format!("Its platform is {platform}: only Windows has such a password."))
        }
        _ => Ok(()),
    }
}

fn key(row: &Record) -> Result<ArcStr, String> {
    let name = text_of(row, &fields::KEY_NAME).map(ArcStr::from);
    name.ok_or_else(|| "It was launched without a key pair, so AWS keeps no password of it.".into())
}

fn read(row: &Record) -> PageContent {
    const NONE: &str = "There is no password yet: Windows makes it at its first start, which takes up to 15 minutes. An image of your own \
                        may keep the password that it had.";
    let body = match row.get(&DATA) {
        Value::Text(data) if !data.is_empty() => PageBody::Encrypted(ArcStr::clone(data)),
        _ => PageBody::NotYet(NONE),
    };
    PageContent { at: row.get(&AT).as_time(), asked: row.get(&ASKED).as_time(), body }
}

fn list(request: ListRequest, mut pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    Box::pin(async move {
        let client = request.gateway.ec2(&request.scope).await?;
        let mut converter = Converter::of(&request);
        for id in instances_of(&request.what, &client, &mut pages).await? {
            pages.ask(&GET_PASSWORD_DATA).await?;
            let out = client.get_password_data().instance_id(id.as_str()).send().await;
            let out = out.map_err(|e| fault::of(&GET_PASSWORD_DATA, e))?;
            let data = out.password_data().unwrap_or_default().split_ascii_whitespace().collect();
            let row = Password { id, at: time(out.timestamp()), asked: request.clock.now(), data };
            pages.page(ROWS.records([&row], &mut converter)).await?;
        }
        Ok(())
    })
}
