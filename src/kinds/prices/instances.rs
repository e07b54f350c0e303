//! What instances cost an hour: with Linux, on demand, shared tenancy.

use super::list::Column;
use crate::kinds::ec2::instance_type_name::TypeName;
use crate::model::PriceList;

/// US dollars an hour in a region, and by which list, if the type or its family is known there.
pub(super) fn hourly(column: Column, name: &str) -> Option<(f64, &'static PriceList)> {
    if let Some(own) = column.price(name).filter(|_| name.contains('.')) {
        return Some(own);
    }
    let name = TypeName::parse(name)?;
    let (large, list) = column.price(name.family)?;
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
    Some(((large * of_large * 1e6).round() / 1e6, list))
}

#[cfg(test)]
mod tests {
    use super::super::list::FIRST;
    use super::*;

    #[test]
    fn a_price_follows_the_size_and_is_unknown_where_it_is_not_listed() {
        let first = |name| hourly(FIRST, name).map(|(amount, _)| amount);
        assert_eq!(first("t3.micro"), Some(0.0104));
        assert_eq!((first("t2.nano"), first("t2.small")), (Some(0.0058), Some(0.023)));
        assert_eq!(first("m5.24xlarge"), Some(4.608));
        assert_eq!(first("c7gn.xlarge"), Some(0.2496));
        for unknown in ["m5.metal", "u-6tb1.112xlarge", "q1.large", "m5", "gp3"] {
            assert_eq!(first(unknown), None, "{unknown}");
        }
    }

    /// Some figures as AWS's price list has them, in other words than the table's: whole types of the second source and of quotes.
    #[test]
    fn other_regions_have_prices_of_their_own() {
        for (region, name, amount) in [
            ("ap-northeast-1", "t4g.small", 0.0216),
            ("ap-northeast-2", "t3.2xlarge", 0.416),
            ("ap-northeast-2", "c7i.12xlarge", 2.4192),
            ("ap-northeast-3", "t4g.micro", 0.0109),
            ("ap-south-1", "c7i.24xlarge", 4.284),
            ("ca-central-1", "m7i.16xlarge", 3.5952),
            ("eu-west-1", "c7i.12xlarge", 2.29824),
            ("eu-west-2", "t2.small", 0.026),
            ("us-west-1", "m7i.2xlarge", 0.4704),
        ] {
            let column = Column::of(region).expect("a region of the table");
            let (found, list) = hourly(column, name).expect("a price");
            // AWS gives small sizes in four places.
            assert!((found - amount).abs() < 0.000_03, "{name} in {region}: {found}, not {amount}");
            assert_eq!(list.region, region);
        }
    }
}
