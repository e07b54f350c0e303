//! Where a bucket lives: S3 does not forward a request to the bucket's own region, but refuses it, and says in one way or another
//! where to ask. The SDK for Rust does not follow.
//!
//! The cases are those of botocore's `S3RegionRedirectorv2`: 301, 302 and 307; `AuthorizationHeaderMalformed` with a `Region` in its
//! body (a server that knows one region only, and us-east-1 before it knows better); `IllegalLocationConstraintException` (regions
//! that an account opts in to). The region is in a header, else in the body, else a HEAD of the bucket says it, else its row.

use aws_sdk_s3::Client;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use quick_xml::Reader;
use quick_xml::events::Event;

use super::buckets::LIST_BUCKETS;
use crate::aws::Gateway;
use crate::base::{Fault, Scope};
use crate::kinds::listing::Pages;
use crate::model::{Operation, Service};

/// `HeadBucket`; its permission is that to list.
pub static HEAD_BUCKET: Operation =
    Operation::read(Service::S3, "HeadBucket").with_iam(&["s3:ListBucket"]).rarely_changes();

/// The header of nearly every answer about a bucket, refusals too.
const HEADER: &str = "x-amz-bucket-region";

/// A bucket, and where it is asked: in the scope's own region until a refusal sends elsewhere.
pub(super) struct Home<'a> {
    gateway: &'a Gateway,
    scope: &'a Scope,
    bucket: &'a str,
    region: Option<String>,
    /// A refusal was followed: one from there is about something else.
    moved: bool,
}

impl<'a> Home<'a> {
    /// `region` as the bucket's row has it, if it is known.
    pub(super) fn new(gateway: &'a Gateway, scope: &'a Scope, bucket: &'a str, region: Option<&str>) -> Home<'a> {
        Home { gateway, scope, bucket, region: region.map(str::to_string), moved: false }
    }

    /// The client to ask with.
    pub(super) async fn client(&self) -> Result<Client, Fault> {
        self.gateway.s3(self.scope, self.region.as_deref()).await
    }

    /// Whether to ask once more after this refusal, with a new [`Home::client`]. May ask where the bucket is, within the budget of
    /// `pages` where there is one.
    pub(super) async fn moves(&mut self, refusal: Option<&HttpResponse>, pages: Option<&mut Pages>) -> bool {
        if self.moved {
            return false;
        }
        let there = match said(refusal) {
            Said::Region(region) => Some(region),
            Said::Elsewhere => self.look(pages).await,
            Said::Nothing => None,
        };
        let Some(there) = there.filter(|r| self.region.as_ref() != Some(r)) else { return false };
        self.region = Some(there);
        self.moved = true;
        true
    }

    async fn look(&self, mut pages: Option<&mut Pages>) -> Option<String> {
        if let Some(pages) = &mut pages {
            pages.ask(&HEAD_BUCKET).await.ok()?;
        }
        let client = self.client().await.ok()?;
        let found = match client.head_bucket().bucket(self.bucket).send().await {
            Ok(out) => out.bucket_region().map(str::to_string),
            // Denied and sent elsewhere, S3 says it all the same.
            Err(e) => e.raw_response().and_then(|r| r.headers().get(HEADER)).map(str::to_string),
        };
        if let Some(region) = found.filter(|r| is_region(r)) {
            return Some(region);
        }
        if let Some(pages) = &mut pages {
            pages.ask(&LIST_BUCKETS).await.ok()?;
        }
        let out = client.list_buckets().max_buckets(10).prefix(self.bucket).send().await.ok()?;
        let row = out.buckets().iter().find(|b| b.name() == Some(self.bucket))?;
        row.bucket_region().filter(|r| is_region(r)).map(str::to_string)
    }
}

/// What a refusal says about the place.
#[derive(Debug, PartialEq, Eq)]
enum Said {
    /// It names the region.
    Region(String),
    /// It is the wrong place, and which is the right one is not said.
    Elsewhere,
    /// It is about something else.
    Nothing,
}

fn said(refusal: Option<&HttpResponse>) -> Said {
    let Some(refusal) = refusal.filter(|r| matches!(r.status().as_u16(), 301 | 302 | 307 | 400)) else {
        return Said::Nothing;
    };
    let body = refusal.body().bytes().unwrap_or_default();
    let header = refusal.headers().get(HEADER).map(str::to_string);
    if let Some(region) = header.or_else(|| of_error(body, "Region")).filter(|r| is_region(r)) {
        return Said::Region(region);
    }
    let code = of_error(body, "Code").unwrap_or_default();
    let wrong_place = matches!(
        code.as_str(),
        "AuthorizationHeaderMalformed"
            | "IllegalLocationConstraintException"
            | "PermanentRedirect"
            | "TemporaryRedirect"
    );
    if wrong_place || refusal.status().as_u16() != 400 { Said::Elsewhere } else { Said::Nothing }
}

/// What comes from outside becomes a part of a host's name.
fn is_region(text: &str) -> bool {
    (1..=63).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// The text of one element of S3's `<Error>`.
fn of_error(body: &[u8], name: &str) -> Option<String> {
    let mut reader = Reader::from_str(std::str::from_utf8(body).ok()?);
    let mut open: Vec<String> = Vec::new();
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) => open.push(start.local_name().as_ref().to_string()),
            Event::End(_) => drop(open.pop()),
            Event::Text(text) if open.iter().eq(["Error", name]) => return Some(text.trim().to_string()),
            Event::Eof => return None,
            _ => {}
        }
    }
}

#[cfg(test)]
#[path = "bucket_region_tests.rs"]
mod tests;
