//! What Spot Instances cost now, by type and zone, beside the on-demand price.

use arcstr::ArcStr;
use aws_sdk_ec2::primitives::DateTime;
use aws_sdk_ec2::types as sdk;
use futures::future::{BoxFuture, FutureExt};

use super::filters::filters;
use crate::base::{Fault, Scope};
use crate::kinds::convert::{Converter, batches, moment, time};
use crate::kinds::listing::{KindDef, ListRequest, Pages, What};
use crate::kinds::paging::paged;
use crate::kinds::prices;
use crate::kinds::row_spec::{Field, Fields, RowSpec, field};
use crate::model::{FieldInfo, KindInfo, Link, Money, Operation, Record, Service, Value};

/// `DescribeSpotPriceHistory`. The prices "are set by Amazon EC2 and adjust gradually": once a minute is often enough.
pub static DESCRIBE_SPOT_PRICE_HISTORY: Operation =
    Operation::read(Service::Ec2, "DescribeSpotPriceHistory").rarely_changes();

/// `t3.micro/ap-northeast-2a`: the row's identity, which AWS does not have.
pub const ID: FieldInfo = FieldInfo::id("id", "ID", "The type and the zone: t3.micro/ap-northeast-2a.").cells(12, 32);
/// The instance type.
pub const TYPE: FieldInfo = FieldInfo::text("type", "TYPE", "The instance type.")
    .shown(0)
    .cells(10, 18)
    .aka(&["instance_type"])
    .links_to("instance-types")
    .asked_by("instance-type");
/// The zone.
pub const ZONE: FieldInfo = FieldInfo::text("zone", "ZONE", "The Availability Zone.")
    .shown(0)
    .cells(4, 16)
    .aka(&["az", "availability_zone"])
    .links_to("availability-zones")
    .asked_by("availability-zone");
/// The Spot price.
pub const PRICE: FieldInfo =
    FieldInfo::float("price", "$/H SPOT", "The Spot price now, in US dollars an hour, for Linux/UNIX.")
        .shown(0)
        .cells(9, 10);
/// The on-demand price.
pub const ON_DEMAND: FieldInfo = FieldInfo::float(
    "on_demand",
    "$/H ON-DEMAND",
    "The on-demand price for Linux by the region's list, where that is known.",
)
.shown(1)
.cells(13, 13);
/// How much less that is.
pub const SAVING: FieldInfo = FieldInfo::float("saving", "SAVES", "How much less than on demand the Spot price is.")
    .unit("%")
    .shown(1)
    .cells(6, 7);
/// Since when.
pub const SINCE: FieldInfo = FieldInfo::age("since", "SINCE", "Since when the price is this.").shown(2).cells(5, 6);

/// What they are.
pub static INFO: KindInfo = KindInfo::new("spot-prices", "Spot price", "Spot prices", &FIELDS)
    .doc(
        "What Spot Instances with Linux/UNIX cost now, by type and Availability Zone, beside the on-demand price. All types of a region are \
         some thousand rows; type=m7g.large asks AWS for those alone.",
    )
    .aliases(&["spot-price"])
    .listed_by(&[&DESCRIBE_SPOT_PRICE_HISTORY])
    .sorted(&TYPE);

/// Spot prices.
pub static KIND: KindDef = KindDef { info: &INFO, list, links, raw: None };

/// DescribeSpotPriceHistory gives a thousand at most.
const PAGE: i32 = 1000;
/// The platform whose on-demand price is known.
const PRODUCT: &str = "Linux/UNIX";

/// A price with the identity that it has here.
struct Price {
    id: ArcStr,
    sdk: sdk::SpotPrice,
}

impl Price {
    fn of(sdk: sdk::SpotPrice) -> Option<Price> {
        let id = arcstr::format!("{}/{}", sdk.instance_type()?.as_str(), sdk.availability_zone()?);
        Some(Price { id, sdk })
    }
    fn kind(&self) -> Option<&str> {
        self.sdk.instance_type().map(|t| t.as_str())
    }
    fn dollars(&self) -> Option<f64> {
        self.sdk.spot_price()?.parse().ok().filter(|price: &f64| price.is_finite() && *price >= 0.0)
    }
    fn on_demand(&self, c: &Converter) -> Option<Money> {
        c.prices?.instance_here(self.kind()?)
    }
    fn saving(&self, c: &Converter) -> Option<f64> {
        let (spot, full) = (self.dollars()?, self.on_demand(c)?.amount);
        (full > 0.0).then(|| ((1.0 - spot / full) * 100.0).round())
    }
}

static FIELDS: Fields<Price> = Fields(&[
    field(TYPE, |p, c| c.said(p.kind())),
    field(ZONE, |p, c| c.said(p.sdk.availability_zone())),
    field(PRICE, |p, _| p.dollars().map_or(Value::Unknown, Value::Float)),
    field(ON_DEMAND, |p, c| p.on_demand(c).map_or(Value::Unknown, |money| Value::Float(money.amount))),
    field(SAVING, |p, c| p.saving(c).map_or(Value::Unknown, Value::Float)),
    field(SINCE, |p, _| moment(time(p.sdk.timestamp()))),
    Field::id(ID),
    field(
        FieldInfo::text(
            "price_list",
            "PRICE LIST",
            "The region and month of the list that the on-demand price goes by.",
        )
        .cells(10, 24),
        |p, c| {
            let list = p.on_demand(c).map(|money| prices::list_said(money.list));
            c.text(list.as_deref())
        },
    ),
]);

static ROWS: RowSpec<Price> = RowSpec::new(&INFO, &FIELDS, |p| Some(&p.id)).named(|p| Some(&p.id));

/// The price that is in effect: what a history from now until now says.
fn list(request: ListRequest, mut pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    async move {
        let client = request.gateway.ec2(&request.scope).await?;
        let mut converter = Converter::of(&request);
        let now = DateTime::from_millis(request.clock.now().0);
        for ids in batches(&request.what, super::listing::MOST_IDS) {
            let types = ids.as_ref().map(|ids| {
                let mut types: Vec<String> =
                    ids.iter().filter_map(|id| Some(id.split_once('/')?.0.to_string())).collect();
                types.sort();
                types.dedup();
                types
            });
            let filters = filters(&request, &INFO, "instance-type", types);
            let call = |token| {
                let call = client.describe_spot_price_history().max_results(PAGE).set_next_token(token);
                let call = call.product_descriptions(PRODUCT).set_filters(filters.clone());
                call.start_time(now).end_time(now).send()
            };
            paged(&mut pages, &DESCRIBE_SPOT_PRICE_HISTORY, call, |out| {
                let all: Vec<Price> =
                    out.spot_price_history.unwrap_or_default().into_iter().filter_map(Price::of).collect();
                let wanted = newest(all).into_iter().filter(|p| match &request.what {
                    What::Everything => true,
                    What::Ids(ids) => ids.contains(&p.id),
                });
                (ROWS.records(&wanted.collect::<Vec<_>>(), &mut converter), out.next_token)
            })
            .await?;
        }
        Ok(())
    }
    .boxed()
}

/// Of several prices of one type and zone, the newest.
fn newest(all: Vec<Price>) -> Vec<Price> {
    let mut out: indexmap::IndexMap<ArcStr, Price> = indexmap::IndexMap::new();
    for price in all {
        match out.get(&price.id) {
            Some(old) if time(old.sdk.timestamp()) >= time(price.sdk.timestamp()) => {}
            _ => {
                out.insert(price.id.clone(), price);
            }
        }
    }
    out.into_values().collect()
}

fn links(row: &Record, _: &Scope) -> Vec<Link> {
    let mut out = Vec::new();
    if let Some(kind) = row.get(&TYPE).as_str() {
        out.push(Link::to("instance type", "instance-types", format!("type={kind}")));
        out.push(Link::to("Spot requests", "spot-requests", format!("type={kind}")));
        out.push(Link::to("instances", "instances", format!("type={kind}")));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::intern::Interner;

    fn price(kind: &str, dollars: &str, at: i64) -> Price {
        let price = sdk::SpotPrice::builder().instance_type(kind.into()).availability_zone("ap-northeast-2a");
        Price::of(price.spot_price(dollars).timestamp(DateTime::from_secs(at)).build())
            .expect("it has a type and a zone")
    }

    #[test]
    fn a_spot_price_stands_beside_the_region_s_own_on_demand_price_or_beside_none() {
        let mut c = Converter::new(&Interner::default());
        c.prices = prices::of(&Scope::region("p", "ap-northeast-2"));
        let row = ROWS.record(&price("t3.micro", "0.003900", 5), &mut c).expect("a row");
        assert_eq!((row.get(&PRICE), row.get(&ON_DEMAND)), (&Value::Float(0.0039), &Value::Float(0.013)));
        assert_eq!(row.get(&SAVING), &Value::Float(70.0));
        let row = ROWS.record(&price("q1.large", "0.1", 5), &mut c).expect("a row");
        assert_eq!((row.get(&ON_DEMAND), row.get(&SAVING)), (&Value::Unknown, &Value::Unknown), "no price is guessed");
        let row = ROWS.record(&price("t3.micro", "a lot", 5), &mut c).expect("a row");
        assert_eq!(row.get(&PRICE), &Value::Unknown);
    }

    #[test]
    fn of_several_prices_of_one_place_the_newest_counts() {
        let kept = newest(vec![price("t3.micro", "0.1", 5), price("t3.micro", "0.2", 9), price("t3.micro", "0.3", 7)]);
        assert_eq!(kept.iter().map(|p| p.dollars()).collect::<Vec<_>>(), [Some(0.2)]);
    }
}
