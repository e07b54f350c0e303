//! EC2's paging: `MaxResults` and an opaque `NextToken`.

use std::collections::BTreeMap;
use std::ops::Bound;

use arcstr::ArcStr;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::sandbox::wire::{ApiError, Params};

/// Where a page begins and how much it may hold.
#[derive(Debug)]
pub(super) struct Page {
    limit: Option<usize>,
    after: Option<String>,
}

impl Page {
    /// Reads `MaxResults` (within `least` and `most`) and `NextToken`.
    pub(super) fn read(params: &Params, least: i64, most: i64) -> Result<Page, ApiError> {
        let limit = match params.int("MaxResults")? {
            Some(n) if n < least => return Err(out_of_range(n, &format!("greater than {least}"))),
            Some(n) if n > most => return Err(out_of_range(n, &format!("smaller than {most}"))),
            Some(n) => usize::try_from(n).ok(),
            None => None,
        };
        let after = match params.text("NextToken").filter(|t| !t.is_empty()) {
            None => None,
            Some(token) => Some(decode(token).ok_or_else(|| {
                ApiError::new("InvalidParameterValue", "Unable to parse pagination token".to_string())
            })?),
        };
        Ok(Page { limit, after })
    }

    /// The page's part of `all` that passes, and the token of what follows.
    pub(super) fn cut<'m, T>(
        &self,
        all: &'m BTreeMap<ArcStr, T>,
        pass: impl Fn(&T) -> bool,
    ) -> (Vec<&'m T>, Option<String>) {
        let from = self.after.as_deref().map_or(Bound::Unbounded, Bound::Excluded);
        let mut out = Vec::new();
        let mut last = None;
        for (id, item) in all.range::<str, _>((from, Bound::Unbounded)).filter(|(_, item)| pass(item)) {
            if self.limit.is_some_and(|l| out.len() >= l) {
                return (out, last.map(|id: &ArcStr| encode(id)));
            }
            out.push(item);
            last = Some(id);
        }
        (out, None)
    }
}

fn out_of_range(n: i64, expected: &str) -> ApiError {
    ApiError::new(
        "InvalidParameterValue",
        format!("Value ( {n} ) for parameter maxResults is invalid. Expecting a value {expected}."),
    )
}

/// What stands in front of the key in a token.
const MARK: &str = "after:";

fn encode(key: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!("{MARK}{key}"))
}

fn decode(token: &str) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    Some(String::from_utf8(bytes).ok()?.strip_prefix(MARK)?.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_hold_each_item_once_and_the_last_has_no_token() {
        let all: BTreeMap<ArcStr, u32> = (0..12).map(|n| (arcstr::format!("i-{n:02}"), n)).collect();
        let mut seen: Vec<&u32> = Vec::new();
        let mut token = String::new();
        loop {
            let p = Params::parse(format!("MaxResults=5&NextToken={token}").as_bytes());
            let (page, next) = Page::read(&p, 5, 1000).unwrap().cut(&all, |n| n % 2 == 0 || *n > 8);
            seen.extend(page);
            match next {
                Some(t) => token = t,
                None => break,
            }
        }
        assert_eq!(seen, [&0, &2, &4, &6, &8, &9, &10, &11]);
    }

    #[test]
    fn a_page_size_out_of_range_and_a_forged_token_are_refused() {
        let read = |s: &str| Page::read(&Params::parse(s.as_bytes()), 5, 1000).map_err(|e| e.message).err();
        assert_eq!(
            read("MaxResults=4").as_deref(),
            Some("Value ( 4 ) for parameter maxResults is invalid. Expecting a value greater than 5.")
        );
        assert!(read("MaxResults=1001").is_some() && read("NextToken=abc").is_some() && read("MaxResults=5").is_none());
    }
}
