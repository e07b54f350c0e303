//! Regions of AWS, and whether the account may use them.

use arcstr::ArcStr;
use aws_sdk_ec2::types as sdk;
use futures::future::BoxFuture;

use crate::aws::fault;
use crate::base::{Fault, Scope};
use crate::kinds::convert::{Converter, Text, field, no_tags, own, text};
use crate::kinds::listing::{KindDef, ListRequest, Pages, What};
use crate::kinds::raw::raw;
use crate::model::{FieldInfo, Fields, Kind, KindInfo, Link, Operation, Record, Service, Tone, Value};

/// `DescribeRegions`.
pub static DESCRIBE_REGIONS: Operation = Operation::read(Service::Ec2, "DescribeRegions");

/// Whether the account may use it.
pub const STATE: FieldInfo =
    FieldInfo::state("state", "STATE", "Whether the account may use it.").shown(1).cells(8, 20);

/// The region's code.
pub const NAME: FieldInfo = FieldInfo::text("name", "NAME", "The region's code.").shown(0);

/// What they are.
pub static INFO: KindInfo = KindInfo::new("regions", "region", "Regions", &FIELDS)
    .doc("AWS Regions, those included that the account has not opted in to.")
    .aliases(&["region"])
    .listed_by(&[&DESCRIBE_REGIONS])
    .sorted(&NAME)
    .once_an_account();

/// Regions.
pub static KIND: KindDef = KindDef { info: &INFO, list, links, raw: Some(|r, id| raw(list, r, id)) };

/// Whether a region is enabled for the account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OptIn {
    /// Enabled in every account.
    NotRequired,
    /// The account opted in.
    OptedIn,
    /// The account has not opted in: requests there fail.
    NotOptedIn,
    /// Something that AWS added since.
    Other(ArcStr),
}

impl OptIn {
    /// From AWS's word.
    pub fn parse(word: &str) -> Self {
        match word {
            "opt-in-not-required" => OptIn::NotRequired,
            "opted-in" => OptIn::OptedIn,
            "not-opted-in" => OptIn::NotOptedIn,
            other => OptIn::Other(other.into()),
        }
    }
    fn shown(&self) -> (Tone, ArcStr) {
        match self {
            OptIn::NotRequired => (Tone::Good, arcstr::literal!("opt-in-not-required")),
            OptIn::OptedIn => (Tone::Good, arcstr::literal!("opted-in")),
            OptIn::NotOptedIn => (Tone::Idle, arcstr::literal!("not-opted-in")),
            OptIn::Other(s) => (Tone::Unknown, s.clone()),
        }
    }
}

/// One region.
#[derive(Debug, Clone, PartialEq)]
pub struct Region {
    name: ArcStr,
    state: OptIn,
    endpoint: Text,
    geography: Value,
}

static FIELDS: Fields<Region> = Fields(&[
    field(NAME, |r| Value::Text(r.name.clone())),
    field(STATE, |r| {
        let (tone, s) = r.state.shown();
        Value::State(tone, s)
    }),
    field(FieldInfo::text("endpoint", "ENDPOINT", "EC2's endpoint there.").shown(2), |r| text(&r.endpoint)),
    field(FieldInfo::list("geography", "GEOGRAPHY", "Where it is.").cells(9, 40), |r| r.geography.clone()),
]);

impl Region {
    fn record(&self) -> Record {
        Record {
            kind: Kind(&INFO),
            id: self.name.clone(),
            name: self.name.clone(),
            state: Some(self.state.shown()),
            values: FIELDS.values(self),
            tags: no_tags(),
        }
    }
}

/// Whether requests to a region can succeed, from its row.
pub fn is_enabled(row: &Record) -> bool {
    row.state.as_ref().is_some_and(|(tone, _)| *tone == Tone::Good)
}

fn list(request: ListRequest, mut pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    Box::pin(async move {
        let client = request.gateway.ec2(&request.scope).await?;
        let mut converter = Converter::new(&request.interner);
        pages.ask(&DESCRIBE_REGIONS).await?;
        let out =
            client.describe_regions().all_regions(true).send().await.map_err(|e| fault::of(&DESCRIBE_REGIONS, e))?;
        let rows = out.regions().iter().filter_map(|r| convert(&mut converter, r)).map(|r| r.record());
        pages.page(rows.filter(|r| wanted(&request.what, r)).collect()).await
    })
}

/// For lists that AWS gives whole: whether the row was asked for.
pub(super) fn wanted(what: &What, row: &Record) -> bool {
    match what {
        What::Everything => true,
        What::Ids(ids) => ids.contains(&row.id),
    }
}

fn convert(converter: &mut Converter, r: &sdk::Region) -> Option<Region> {
    Some(Region {
        name: own(r.region_name())?,
        state: OptIn::parse(r.opt_in_status().unwrap_or_default()),
        endpoint: own(r.endpoint()),
        geography: converter.shared_list(r.geography().iter().filter_map(|g| g.name())),
    })
}

fn links(_: &Record, _: &Scope) -> Vec<Link> {
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::intern::Interner;

    #[test]
    fn a_region_that_needs_an_opt_in_is_not_enabled() {
        let of = |status: &str| {
            let r = sdk::Region::builder().region_name("ap-east-1").opt_in_status(status).build();
            convert(&mut Converter::new(&Interner::default()), &r).map(|r| is_enabled(&r.record()))
        };
        assert_eq!(of("not-opted-in"), Some(false));
        assert_eq!(of("opted-in"), Some(true));
        assert_eq!(of("opt-in-not-required"), Some(true));
    }
}
