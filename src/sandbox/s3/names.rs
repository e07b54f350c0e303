//! Bucket names: AWS's rules for them, and their place in a request. Pure.

/// Whether AWS accepts a general purpose bucket of this name.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>
pub fn is_valid(name: &str) -> bool {
    let b = name.as_bytes();
    let edge = |c: &u8| c.is_ascii_lowercase() || c.is_ascii_digit();
    (3..=63).contains(&b.len())
        && b.iter().all(|c| edge(c) || *c == b'-' || *c == b'.')
        && b.first().is_some_and(edge)
        && b.last().is_some_and(edge)
        && !name.contains("..")
        && !looks_like_an_address(name)
        && !["xn--", "sthree-", "amzn-s3-demo-"].iter().any(|p| name.starts_with(p))
        && !["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"].iter().any(|s| name.ends_with(s))
}

/// Four numbers with dots between them, whatever they are: `010.0.0.1` and `300.1.1.1` too.
fn looks_like_an_address(name: &str) -> bool {
    name.split('.').count() == 4 && name.split('.').all(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit()))
}

/// The bucket in a virtual-host style host, without its port: `BUCKET.s3.REGION.amazonaws.com`, `BUCKET.localhost`.
pub fn bucket_in_host(host: &str) -> Option<&str> {
    let host = host.rsplit_once(':').filter(|(_, p)| p.bytes().all(|b| b.is_ascii_digit())).map_or(host, |(h, _)| h);
    if let Some(bucket) = host.strip_suffix(".localhost").or_else(|| host.strip_suffix(".s3.localhost")) {
        let bucket = bucket.strip_suffix(".s3").unwrap_or(bucket);
        return (bucket != "s3").then_some(bucket);
    }
    let labels = host.strip_suffix(".amazonaws.com")?;
    let at = labels
        .rfind(".s3.")
        .or_else(|| labels.rfind(".s3-"))
        .or_else(|| labels.ends_with(".s3").then(|| labels.len() - 3))?;
    Some(&labels[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bucket_names_follow_the_rules() {
        for good in ["abc", "my.bucket-1", "a1b"] {
            assert!(is_valid(good), "{good}");
        }
        for bad in [
            "ab",
            "Abc",
            "a_b",
            "-abc",
            "abc-",
            "a..b",
            "192.168.5.4",
            "010.001.002.003",
            "xn--a",
            "abc-s3alias",
            "가나다",
            &"a".repeat(64),
        ] {
            assert!(!is_valid(bad), "{bad}");
        }
    }

    #[test]
    fn hosts_name_buckets_in_both_styles() {
        assert_eq!(bucket_in_host("my.bucket.s3.ap-northeast-2.amazonaws.com"), Some("my.bucket"));
        assert_eq!(bucket_in_host("b1b.s3.amazonaws.com:443"), Some("b1b"));
        assert_eq!(bucket_in_host("s3.ap-northeast-2.amazonaws.com"), None);
        assert_eq!(bucket_in_host("data.localhost:4566"), Some("data"));
        assert_eq!(bucket_in_host("127.0.0.1:4566"), None);
        assert_eq!(bucket_in_host("localhost:4566"), None);
    }
}
