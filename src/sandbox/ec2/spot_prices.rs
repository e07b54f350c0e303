//! DescribeSpotPriceHistory: a price for each type, zone and platform that changes once a day.

use std::collections::BTreeMap;
use std::time::Duration;

use arcstr::ArcStr;

use super::filter::Filters;
use super::page::Page;
use super::state::Tags;
use super::types::{TYPES, TypeInfo};
use crate::base::Time;
use crate::sandbox::regions;
use crate::sandbox::wire::{ApiError, Call, Reply, Tree};
use crate::sandbox::world::World;

/// The platforms, and what they add to an hour of a vCPU.
const PRODUCTS: [(&str, f64); 2] = [("Linux/UNIX", 0.0), ("Windows", 0.046)];
/// How long a price holds, and how far back a history goes that does not say where it begins: "the past 90 days".
const HOLDS: i64 = 86_400;
const BACK: Duration = Duration::from_secs(90 * 86_400);

struct Price {
    kind: &'static str,
    product: &'static str,
    zone: ArcStr,
    dollars: f64,
    at: Time,
}

/// What a type costs an hour on demand, about: by its processors and memory.
fn on_demand(kind: &TypeInfo) -> f64 {
    let (vcpus, gib) = (f64::from(kind.vcpus), f64::from(kind.memory) / 1024.0);
    if kind.burstable { gib * 0.013 } else { vcpus * 0.036 + gib * 0.0057 }
}

/// DescribeSpotPriceHistory.
pub(super) fn history(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let p = &call.params;
    let moment = |name: &str| match p.text(name) {
        None => Ok(None),
        Some(text) => match Time::parse(text).or_else(|| Time::parse(&format!("{text}Z"))) {
            Some(at) => Ok(Some(at)),
            None => {
                Err(ApiError::new("InvalidParameterValue", format!("Value ({text}) for parameter {name} is invalid.")))
            }
        },
    };
    let until = moment("EndTime")?.unwrap_or(call.now).min(call.now);
    let oldest = Time(call.now.0.saturating_sub(i64::try_from(BACK.as_millis()).unwrap_or(i64::MAX)));
    let from = moment("StartTime")?.unwrap_or(oldest).max(oldest).min(until);
    let (types, products) = (p.texts("InstanceType"), p.texts("ProductDescription"));
    let (zone, zone_id) = (p.text("AvailabilityZone"), p.text("AvailabilityZoneId"));
    let known = &[
        "availability-zone",
        "availability-zone-id",
        "instance-type",
        "product-description",
        "spot-price",
        "timestamp",
    ];
    let filters = Filters::read(p, known)?;
    let page = Page::read(p, 1, 1000)?;
    let zones: Vec<ArcStr> = ('a'..='d').map(|c| arcstr::format!("{}{c}", call.region)).collect();
    let mut all: BTreeMap<ArcStr, Price> = BTreeMap::new();
    for kind in TYPES.iter().filter(|t| types.is_empty() || types.contains(&t.name)) {
        for zone in zones.iter().filter(|z| kind.offered_in(z) && zone.is_none_or(|wanted| *z == wanted)) {
            if zone_id.is_some_and(|wanted| regions::zone_id(zone).as_deref() != Some(wanted)) {
                continue;
            }
            for (product, more) in PRODUCTS {
                // What has no Windows is sold for Linux alone.
                if !products.is_empty() && !products.contains(&product) || more > 0.0 && kind.manufacturer == "AWS" {
                    continue;
                }
                let place = format!("{}/{zone}/{product}", kind.name);
                let shift = i64::try_from(world.random(&place, "shift").below(HOLDS as u64)).unwrap_or(0);
                let turn = |at: Time| (at.secs() - shift).div_euclid(HOLDS);
                for day in turn(from)..=turn(until) {
                    let part = world.random(&place, &format!("price-{}", day / 3)).below(1000) as f64 / 1000.0;
                    let drift = world.random(&place, &format!("drift-{day}")).below(1000) as f64 / 1000.0;
                    let full = on_demand(kind) + more * f64::from(kind.vcpus);
                    let dollars = full * (0.28 + 0.25 * part + 0.02 * drift);
                    let at = Time::from_secs(day * HOLDS + shift);
                    let key = arcstr::format!("{place}/{:012}", i64::MAX / 2 - day);
                    all.insert(key, Price { kind: kind.name, product, zone: zone.clone(), dollars, at });
                }
            }
        }
    }
    let none = Tags::new();
    let price = |p: &Price| format!("{:.6}", p.dollars);
    let (found, next) = page.cut(&all, |p| {
        filters.pass(&none, |name, out| match name {
            "availability-zone" => out.push(p.zone.to_string().into()),
            "availability-zone-id" => out.extend(regions::zone_id(&p.zone).map(|id| id.to_string().into())),
            "instance-type" => out.push(p.kind.into()),
            "product-description" => out.push(p.product.into()),
            "spot-price" => out.push(price(p).into()),
            "timestamp" => out.push(p.at.rfc3339_millis().into()),
            _ => {}
        })
    });
    let shown = found.into_iter().map(|p| {
        Tree::map([
            ("InstanceType", p.kind.into()),
            ("ProductDescription", p.product.into()),
            ("SpotPrice", price(p).into()),
            ("Timestamp", p.at.into()),
            ("AvailabilityZone", (&p.zone).into()),
            ("AvailabilityZoneId", regions::zone_id(&p.zone).map(|id| id.to_string()).into()),
        ])
    });
    Ok(call.answer(&Tree::map([
        ("SpotPriceHistory", shown.collect::<Vec<_>>().into()),
        ("NextToken", Some(next.unwrap_or_default()).into()),
    ])))
}
