//! Pages: `PageSize` and `Marker` in, `NextMarker` out.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;

use super::errors::{Outcome, validation};
use crate::sandbox::wire::Params;

/// The page of `all` that the request asks for, and the marker of the next. `key` must be what `all` is sorted by.
pub(super) fn of<'a, T>(
    params: &Params,
    all: Vec<&'a T>,
    key: impl Fn(&T) -> &str,
) -> Outcome<(Vec<&'a T>, Option<String>)> {
    let size = size(params)?;
    let after = match params.text("Marker").filter(|m| !m.is_empty()) {
        Some(marker) => {
            let bytes = BASE64.decode(marker).ok().and_then(|b| String::from_utf8(b).ok());
            Some(bytes.ok_or_else(|| validation(format!("'{marker}' is not a valid marker")))?)
        }
        None => None,
    };
    let mut rest = all.into_iter().filter(|t| after.as_deref().is_none_or(|a| key(t) > a)).peekable();
    let mut page = Vec::new();
    while page.len() < size {
        let Some(one) = rest.next() else { break };
        page.push(one);
    }
    let more = rest.peek().is_some();
    let next = page.last().filter(|_| more).map(|last| BASE64.encode(key(last)));
    Ok((page, next))
}

fn size(params: &Params) -> Outcome<usize> {
    const MOST: i64 = 400;
    let size = params.int("PageSize")?.unwrap_or(MOST);
    let bound = match size {
        1..=MOST => return Ok(usize::try_from(size).unwrap_or(1)),
        ..1 => "greater than or equal to 1",
        _ => "less than or equal to 400",
    };
    Err(validation(format!(
        "1 validation error detected: Value '{size}' at 'pageSize' failed to satisfy constraint: Member must have value {bound}"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_join_without_gap_or_overlap_and_a_bad_marker_is_refused() {
        let all: Vec<String> = (0..5).map(|n| format!("arn:{n}")).collect();
        let (mut seen, mut marker) = (Vec::new(), String::new());
        loop {
            let p = Params::parse(format!("PageSize=2&Marker={}", marker.replace('+', "%2B")).as_bytes());
            let (page, next) = of(&p, all.iter().collect(), |s: &String| s.as_str()).unwrap();
            seen.extend(page.into_iter().cloned());
            match next {
                Some(n) => marker = n,
                None => break,
            }
        }
        assert_eq!(seen, all);
        let bad = Params::parse(b"Marker=%25%25");
        assert!(of(&bad, all.iter().collect(), |s: &String| s.as_str()).is_err_and(|e| e.code == "ValidationError"));
        let big = Params::parse(b"PageSize=401");
        assert!(of(&big, all.iter().collect(), |s: &String| s.as_str()).is_err());
    }
}
