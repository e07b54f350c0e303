//! What instances cost an hour: with Linux, on demand, shared tenancy.

use crate::kinds::ec2::instance_type_name::TypeName;

/// US dollars an hour of a family's `large`, or of what a large would be, by us-east-1's list prices. Within a family the price follows the size.
/// Families that are not here are not known here. Noted in the middle of 2025; those of `t3` and `m7g` were still so in June 2026
/// (<https://www.factualminds.com/blog/amazon-ec2-on-demand-pricing-instance-families-2026/>), the others were not looked at again.
/// <https://aws.amazon.com/ec2/pricing/on-demand/>
pub(super) static US_EAST_1: &[(&str, f64)] = &[
    ("c5", 0.085),
    ("c5a", 0.077),
    ("c5d", 0.096),
    ("c5n", 0.108),
    ("c6a", 0.0765),
    ("c6g", 0.068),
    ("c6gd", 0.0768),
    ("c6gn", 0.0864),
    ("c6i", 0.085),
    ("c6in", 0.1134),
    ("c7a", 0.10264),
    ("c7g", 0.0725),
    ("c7gn", 0.1248),
    ("c7i", 0.08925),
    ("c7i-flex", 0.08479),
    ("c8g", 0.07976),
    ("m4", 0.10),
    ("m5", 0.096),
    ("m5a", 0.086),
    ("m5d", 0.113),
    ("m5n", 0.119),
    ("m6a", 0.0864),
    ("m6g", 0.077),
    ("m6gd", 0.0904),
    ("m6i", 0.096),
    ("m7a", 0.11592),
    ("m7g", 0.0816),
    ("m7i", 0.1008),
    ("m7i-flex", 0.09576),
    ("m8g", 0.08976),
    ("r5", 0.126),
    ("r5a", 0.113),
    ("r5d", 0.144),
    ("r6a", 0.1134),
    ("r6g", 0.1008),
    ("r6i", 0.126),
    ("r7a", 0.15215),
    ("r7g", 0.1071),
    ("r7i", 0.1323),
    ("r8g", 0.11782),
    ("t2", 0.0928),
    ("t3", 0.0832),
    ("t3a", 0.0752),
    ("t4g", 0.0672),
];

/// US dollars an hour by such a table, if it has the family.
pub(super) fn hourly(table: &[(&str, f64)], name: &str) -> Option<f64> {
    let name = TypeName::parse(name)?;
    let (_, large) = table.iter().find(|(family, _)| *family == name.family)?;
    if (name.family, name.size) == ("t2", "small") {
        return Some(0.023);
    }
    let of_large = match name.size {
        "nano" => 1.0 / 16.0,
        "micro" => 1.0 / 8.0,
        "small" => 1.0 / 4.0,
        "medium" => 1.0 / 2.0,
        "large" => 1.0,
        "xlarge" => 2.0,
        size => 2.0 * f64::from(size.strip_suffix("xlarge")?.parse::<u16>().ok()?),
    };
    // AWS states four to six places; a nano of the t2 family is 0.0058.
    Some((large * of_large * 1e6).round() / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_follows_the_size_and_is_unknown_where_it_is_not_listed() {
        assert_eq!(hourly(US_EAST_1, "t3.micro"), Some(0.0104));
        assert_eq!(hourly(US_EAST_1, "t2.nano"), Some(0.0058));
        assert_eq!(hourly(US_EAST_1, "m5.24xlarge"), Some(4.608));
        assert_eq!(hourly(US_EAST_1, "c7gn.xlarge"), Some(0.2496));
        for unknown in ["m5.metal", "u-6tb1.112xlarge", "q1.large", "m5"] {
            assert_eq!(hourly(US_EAST_1, unknown), None, "{unknown}");
        }
    }
}
