//! What EBS volumes cost a month.

/// US dollars a month by us-east-1's list prices, without requests and snapshots; `None` for a type that AWS adds tomorrow.
/// <https://aws.amazon.com/ebs/pricing/>
pub(super) fn monthly(kind: &str, gib: i32, iops: i32, throughput: i32) -> Option<f64> {
    let (gib, iops) = (f64::from(gib), f64::from(iops));
    Some(match kind {
        // 3,000 IOPS and 125 MiB/s are in the price of the room.
        "gp3" => gib * 0.08 + (iops - 3000.0).max(0.0) * 0.005 + (f64::from(throughput) - 125.0).max(0.0) * 0.04,
        "gp2" => gib * 0.10,
        "io1" => gib * 0.125 + iops * 0.065,
        "io2" => {
            let tier = |from: f64, to: f64| (iops.min(to) - from).max(0.0);
            let provisioned =
                tier(0.0, 32_000.0) * 0.065 + tier(32_000.0, 64_000.0) * 0.0455 + tier(64_000.0, f64::MAX) * 0.032;
            gib * 0.125 + provisioned
        }
        "st1" => gib * 0.045,
        "sc1" => gib * 0.015,
        "standard" => gib * 0.05,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_volume_costs_follows_its_type_and_what_is_provisioned_beyond_it() {
        let cents = |price: Option<f64>| price.map(|dollars| (dollars * 100.0).round());
        assert_eq!(cents(monthly("gp3", 100, 3000, 125)), Some(800.0));
        assert_eq!(cents(monthly("gp3", 100, 4000, 225)), Some(1700.0));
        assert_eq!(cents(monthly("gp2", 100, 300, 0)), Some(1000.0));
        assert_eq!(cents(monthly("io2", 100, 40_000, 0)), Some(245_650.0));
        assert_eq!(cents(monthly("gp4", 100, 3000, 125)), None, "no other type's price");
    }
}
