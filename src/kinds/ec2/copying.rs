//! Copies of images and snapshots to a region, also the same one: where to, encrypted with what, and what that costs. The call is sent in
//! the region that the copy is made in.

use super::regions;
use crate::base::Scope;
use crate::base::text::visible;
use crate::kinds::action::{ActionContext, FilledForm};
use crate::kinds::plan_builder::{Known, known, line, need, note, text_of, toggle};
use crate::kinds::prices;
use crate::kinds::rows_field::rows_field;
use crate::model::{Arg, Call, Consequence, Cost, FormField, Kind, Money, Pick, Record, TableKey, Values};

const REGION: &str = "region";
const ENCRYPTED: &str = "encrypted";
const KEY: &str = "key";

/// Bytes of a GiB, in which room is billed.
const GIB: f64 = 1_073_741_824.0;

/// The region that it is copied to: this one, if nothing is chosen.
pub(super) fn region_field(cx: &ActionContext<'_>, values: &Values, needs: &mut Vec<TableKey>) -> FormField {
    let here = cx.scope.region_code().map(|r| r.as_str()).unwrap_or_default();
    let table = cx.scope.profile().map(|p| TableKey::all(Scope::account(p.clone()), Kind(&regions::INFO)));
    let help = "The region to copy to; the same region makes a copy of your own, for example an encrypted one.";
    let Some(table) = table else { return line(values, REGION, "To region", here, help) };
    if let Known::Failed(_) = known(cx.store, table.clone()) {
        // Who may not list the regions may know one.
        need(needs, table);
        let mut field = line(values, REGION, "To region", here, help);
        let typed = text_of(&field);
        field.error = (!is_region(&typed)).then(|| format!("{} is not a region code.", visible(&typed)));
        return field;
    }
    let query = format!("{}=opt-in-not-required,opted-in", regions::STATE.name);
    let pick = Pick::one_of(table.clone(), "").only(query, "Regions enabled for the account.");
    let refuse = |r: &Record| (!regions::is_enabled(r)).then(|| "The account has not opted in to it.".to_string());
    let said = (REGION, "To region", "the regions");
    let mut field = rows_field(cx, values, said, (pick, here), help, &refuse, needs);
    // A code is as good as a row, until the rows say otherwise.
    if let Known::NotAsked(_) = known(cx.store, table)
        && is_region(&text_of(&field))
    {
        field.error = None;
    }
    field
}

/// `us-east-1`, `us-gov-west-1`.
fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let (Some((number, words)), true) = (parts.split_last(), parts.len() >= 3) else { return false };
    let letters = |w: &&str| !w.is_empty() && w.bytes().all(|b| b.is_ascii_lowercase());
    words.iter().all(letters) && !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())
}

/// Where the copy is made.
pub(super) fn destination(cx: &ActionContext<'_>, region: &str) -> Scope {
    match cx.scope.profile() {
        Some(profile) if !region.is_empty() => Scope::region(profile.clone(), region),
        _ => cx.scope.clone(),
    }
}

/// The same for a form that is filled in.
pub(super) fn destination_of(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Scope {
    destination(cx, &form.text(REGION))
}

/// The region in a field that [`region_field`] made.
pub(super) fn region_of(field: &FormField) -> arcstr::ArcStr {
    text_of(field)
}

/// Whether the copy is encrypted, and with which key. What is encrypted stays so.
pub(super) fn encryption_fields(values: &Values, source: Option<bool>) -> Vec<FormField> {
    let mut fields = Vec::new();
    if source != Some(true) {
        let help = match source {
            Some(_) => "Uses the key below, or the account's default EBS key there if that is empty.",
            None => "A copy of something encrypted is always encrypted.",
        };
        fields.push(toggle(values, ENCRYPTED, "Encrypted", help));
    }
    let help = "A KMS key in the copy's region: an id, an ARN or alias/…; empty for the account's default EBS key.";
    let mut key = line(values, KEY, "KMS key", "", help);
    let typed = text_of(&key);
    if !typed.is_empty() && !is_key(&typed) {
        key.error = Some(format!("{} is not a KMS key: use an id, an ARN or alias/….", visible(&typed)));
    } else if !typed.is_empty() && source == Some(false) && !values.flag(ENCRYPTED) {
        // EC2: InvalidParameterDependency.
        key.error = Some("A key needs an encrypted copy: turn encryption on, or leave the key empty.".into());
    }
    fields.push(key);
    for field in &mut fields {
        field.section = Some("encryption");
    }
    fields
}

fn is_key(text: &str) -> bool {
    let uuid = |t: &str| {
        let t = t.strip_prefix("mrk-").unwrap_or(t);
        t.len() >= 32 && t.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-')
    };
    match text.strip_prefix("arn:aws") {
        Some(rest) => rest.contains(":kms:") && (rest.contains(":key/") || rest.contains(":alias/")),
        None => text.strip_prefix("alias/").is_some_and(|name| !name.is_empty()) || uuid(text),
    }
}

/// The call with what the form says of encryption. An encrypted copy of what is encrypted need not be asked for, but a key has to be.
pub(super) fn with_encryption(call: Call, form: &FilledForm<'_>) -> Call {
    let key = form.given(KEY);
    let mut call = call;
    if form.flag(ENCRYPTED) || key.is_some() {
        call = call.arg("Encrypted", Arg::Bool(true));
    }
    if let Some(key) = key {
        call = call.arg("KmsKeyId", Arg::Str(key));
    }
    call
}

/// How much is copied: what is written, or at most the size of the disks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Amount {
    /// So many bytes.
    Bytes(u64),
    /// At most so many GiB.
    AtMost(i64),
    /// Not known.
    Unknown,
}

impl Amount {
    fn gib(self) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "a price in cents")]
        match self {
            Amount::Bytes(bytes) => Some(bytes as f64 / GIB),
            Amount::AtMost(gib) => Some(gib as f64),
            Amount::Unknown => None,
        }
    }
    const fn behind(self) -> &'static str {
        if let Amount::AtMost(_) = self { " at most, while the copy exists" } else { " while the copy exists" }
    }
}

/// What a copy costs while it stands.
pub(super) fn cost(destination: &Scope, amount: Amount) -> Cost {
    match prices::of(destination).zip(amount.gib()) {
        Some((prices, gib)) => Cost::adds(prices.snapshot(gib), amount.behind()),
        None => Cost::adds_unknown("The copy's storage is billed by the GB and month"),
    }
}

/// What goes from one region to another is paid for once.
pub(super) fn transfer(from: &Scope, to: &Scope, amount: Amount) -> Option<Consequence> {
    if from.region_code() == to.region_code() {
        return None;
    }
    let what = to.region_code().map_or("another region", |r| r.as_str());
    let behind = if let Amount::AtMost(_) = amount { " at most" } else { "" };
    let money: Option<Money> = prices::of(from).zip(amount.gib()).map(|(p, gib)| p.between_regions(gib));
    Some(note(match money {
        Some(money) => format!("The transfer to {what} is paid once: {}", money.said(behind)),
        None => format!("The transfer to {what} is paid once, by the GB"),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_regions_code_and_a_kms_key_are_told_from_what_is_none() {
        for (text, is) in [
            ("us-east-1", true),
            ("us-gov-west-1", true),
            ("ap-southeast-10", true),
            ("us-east", false),
            ("", false),
            ("us-east-1a", false),
            ("US-east-1", false),
        ] {
            assert_eq!(is_region(text), is, "{text}");
        }
        for (text, is) in [
            ("alias/mine", true),
            ("alias/", false),
            ("1234abcd-12ab-34cd-56ef-1234567890ab", true),
            ("mrk-1234abcd12ab34cd56ef1234567890ab", true),
            ("arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab", true),
            ("arn:aws:iam::111122223333:root", false),
            ("my key", false),
        ] {
            assert_eq!(is_key(text), is, "{text}");
        }
    }

    #[test]
    fn what_goes_to_another_region_is_paid_for_once_and_within_one_it_is_not() {
        let at = |region: &str| Scope::region("p", region);
        let said = transfer(&at("us-east-1"), &at("eu-west-1"), Amount::AtMost(100)).expect("a sentence").text;
        assert!(said.contains("eu-west-1") && said.contains("about $2.00 at most"), "{said}");
        assert_eq!(transfer(&at("us-east-1"), &at("us-east-1"), Amount::AtMost(100)), None);
        let cost = cost(&at("eu-west-1"), Amount::Bytes(10 * 1_073_741_824)).to_string();
        assert!(cost.starts_with("About $0.50 a month while the copy exists"), "{cost}");
    }
}
