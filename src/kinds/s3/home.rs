//! Where a bucket lives: S3 does not forward a request to the bucket's own region, but names that region in its refusal.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

/// The region that a refusal sends to: 301 PermanentRedirect, 307 while DNS is not there yet, 400 AuthorizationHeaderMalformed.
/// Follow it once: a refusal from there is about something else.
pub(super) fn home(refusal: Option<&HttpResponse>) -> Option<String> {
    let refusal = refusal.filter(|r| matches!(r.status().as_u16(), 301 | 307 | 400))?;
    refusal.headers().get("x-amz-bucket-region").map(str::to_string)
}

#[cfg(test)]
mod tests {
    use aws_smithy_types::body::SdkBody;

    use super::*;

    fn refusal(status: u16, region: Option<&'static str>) -> HttpResponse {
        let mut r = HttpResponse::new(status.try_into().expect("a status"), SdkBody::empty());
        if let Some(region) = region {
            r.headers_mut().insert("x-amz-bucket-region", region);
        }
        r
    }

    #[test]
    fn only_a_redirection_that_names_a_region_sends_elsewhere() {
        for status in [301, 307, 400] {
            assert_eq!(home(Some(&refusal(status, Some("eu-west-1")))).as_deref(), Some("eu-west-1"), "{status}");
        }
        assert_eq!(home(Some(&refusal(403, Some("eu-west-1")))), None, "denied there too");
        assert_eq!(home(Some(&refusal(301, None))), None);
        assert_eq!(home(None), None);
    }
}
