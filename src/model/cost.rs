//! What a plan changes about the bill: numbers with a unit, and the sentence that is made from them.

use std::fmt;

/// A list of prices: AWS publishes one for each region, and changes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PriceList {
    /// The region that it is of. Others cost more or less.
    pub region: &'static str,
    /// The month that it was read in: `2026-10`; empty for [`SEVERAL`].
    pub month: &'static str,
    /// What they are in, by ISO 4217.
    pub currency: &'static str,
}

impl PriceList {
    /// `us-east-1 list prices of 2026-10`.
    fn said(&self) -> String {
        if self.month.is_empty() {
            return format!("list prices of {}", self.region);
        }
        format!("{} list prices of {}", self.region, self.month)
    }
}

/// What a sum goes by whose parts are of different lists.
pub static SEVERAL: PriceList = PriceList { region: "several regions", month: "", currency: "USD" };

/// What a price is paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Per {
    /// Once.
    Once,
    /// Each hour.
    Hour,
    /// Each month of [`HOURS_A_MONTH`].
    Month,
}

impl Per {
    /// `hour`.
    pub const fn word(self) -> &'static str {
        match self {
            Per::Once => "once",
            Per::Hour => "hour",
            Per::Month => "month",
        }
    }
}

/// Hours of a month, as AWS's calculator reckons: <https://calculator.aws>
pub const HOURS_A_MONTH: f64 = 730.0;

/// An amount by a price list.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Money {
    /// How much, in the list's currency.
    pub amount: f64,
    /// What for.
    pub per: Per,
    /// Whose prices.
    pub list: &'static PriceList,
}

impl Money {
    /// So many of it.
    #[must_use]
    pub fn times(self, n: f64) -> Money {
        Money { amount: self.amount * n, ..self }
    }
    /// This and another, for as long.
    #[must_use]
    pub fn plus(self, other: Money) -> Money {
        let list = if self.list == other.list { self.list } else { &SEVERAL };
        Money { amount: self.amount + other.amount, list, ..self }
    }
    /// The same by the month; what is paid once stays as it is.
    #[must_use]
    pub fn monthly(self) -> Money {
        match self.per {
            Per::Hour => Money { amount: self.amount * HOURS_A_MONTH, per: Per::Month, ..self },
            Per::Once | Per::Month => self,
        }
    }
    /// `about $1.60 a month, attached or not (us-east-1 list prices of 2026-10)`, with what stands behind the amount. An hour's price is
    /// exact, to the fifth place at most, and a month's is said beside it.
    pub fn said(&self, behind: &str) -> String {
        let amount = match self.per {
            Per::Once => format!("about ${:.2}", self.amount),
            Per::Hour => format!("${} an hour, about ${:.2} a month", exact(self.amount), self.monthly().amount),
            Per::Month => format!("about ${:.2} a month", self.amount),
        };
        format!("{amount}{behind} ({})", self.list.said())
    }
}

/// `0.0104`, `0.005`, `0.100`: three places, and two more where they say something.
fn exact(amount: f64) -> String {
    let text = format!("{amount:.5}");
    let kept = text.len() - 2 + text[text.len() - 2..].trim_end_matches('0').len();
    text[..kept].to_string()
}

/// Which way the bill goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CostEffect {
    /// More than before.
    Adds,
    /// As before: the amount stays.
    Stays,
    /// Less than before.
    Saves,
}

impl CostEffect {
    /// `adds`.
    pub const fn word(self) -> &'static str {
        match self {
            CostEffect::Adds => "adds",
            CostEffect::Stays => "stays",
            CostEffect::Saves => "saves",
        }
    }
}

/// What a plan changes about the bill.
#[derive(Debug, Clone, PartialEq)]
pub struct Cost {
    /// Which way.
    pub effect: CostEffect,
    /// How much, if that is known.
    pub money: Option<Money>,
    /// What stands behind the amount (`, attached or not`), or the whole sentence where there is none.
    pub about: String,
}

impl Cost {
    /// It costs more than before.
    pub fn adds(money: Money, behind: impl Into<String>) -> Cost {
        Cost { effect: CostEffect::Adds, money: Some(money), about: behind.into() }
    }
    /// It costs more than before, at a price that is not known here: what is billed, in a sentence without a final period.
    pub fn adds_unknown(what: impl Into<String>) -> Cost {
        Cost { effect: CostEffect::Adds, money: None, about: what.into() }
    }
    /// It costs as much as before.
    pub fn stays(money: Money, behind: impl Into<String>) -> Cost {
        Cost { effect: CostEffect::Stays, money: Some(money), about: behind.into() }
    }
    /// It costs as much as before, which may be nothing: a sentence without a final period.
    pub fn same(why: impl Into<String>) -> Cost {
        Cost { effect: CostEffect::Stays, money: None, about: why.into() }
    }
    /// It costs less than before.
    pub fn saves(money: Money, behind: impl Into<String>) -> Cost {
        Cost { effect: CostEffect::Saves, money: Some(money), about: behind.into() }
    }
    /// It costs less than before; how much is not known here: a sentence without a final period.
    pub fn saves_unknown(what: impl Into<String>) -> Cost {
        Cost { effect: CostEffect::Saves, money: None, about: what.into() }
    }
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.effect, &self.money) {
            (CostEffect::Saves, Some(money)) => write!(f, "Saves {}", money.said(&self.about)),
            (_, Some(money)) => f.write_str(&crate::base::text::capital(&money.said(&self.about))),
            (CostEffect::Adds, None) => write!(f, "{} (price not known here)", self.about),
            (_, None) => f.write_str(&self.about),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static LIST: PriceList = PriceList { region: "us-east-1", month: "2026-10", currency: "USD" };
    static OTHER: PriceList = PriceList { region: "eu-west-1", month: "2026-10", currency: "USD" };

    #[test]
    fn a_cost_says_its_amount_its_unit_and_whose_prices_it_goes_by() {
        let of = |amount, per| Money { amount, per, list: &LIST };
        for (cost, said) in [
            (
                Cost::adds(of(1.6, Per::Month), " while it exists"),
                "About $1.60 a month while it exists (us-east-1 list prices of 2026-10)",
            ),
            (
                Cost::stays(of(0.005, Per::Hour), ""),
                "$0.005 an hour, about $3.65 a month (us-east-1 list prices of 2026-10)",
            ),
            (
                Cost::adds(of(0.0104, Per::Hour).times(3.0), ""),
                "$0.0312 an hour, about $22.78 a month (us-east-1 list prices of 2026-10)",
            ),
            (
                Cost::saves(of(0.005, Per::Hour).times(2.0).monthly(), ""),
                "Saves about $7.30 a month (us-east-1 list prices of 2026-10)",
            ),
            (
                Cost::adds(of(1.0, Per::Month).plus(Money { list: &OTHER, ..of(2.0, Per::Month) }), ""),
                "About $3.00 a month (list prices of several regions)",
            ),
            (Cost::adds(of(1.8, Per::Once), " for 20 GB"), "About $1.80 for 20 GB (us-east-1 list prices of 2026-10)"),
            (Cost::adds_unknown("Compute is billed"), "Compute is billed (price not known here)"),
            (Cost::saves_unknown("No compute"), "No compute"),
            (Cost::same("It costs nothing"), "It costs nothing"),
        ] {
            assert_eq!(cost.to_string(), said);
        }
    }
}
