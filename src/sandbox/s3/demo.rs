//! S3's part of the world `demo`: six buckets in two regions. Their objects' bytes are made when they are read.

use std::time::Duration;

use super::content::Content;
use super::state::{Bucket, Extra, Upload, Version, Versioning};
use crate::base::Time;
use crate::sandbox::random::Random;
use crate::sandbox::world::World;

const HOME: &str = "ap-northeast-2";
const SECOND: &str = "ap-northeast-1";
const DAY: u64 = 86_400;

/// Adds it.
pub(in crate::sandbox) fn build(world: &mut World, now: Time) -> Result<(), String> {
    let seed = world.seed;
    let mut add = |name: &str, region: &str, age_days: u64, fill: &dyn Fn(&mut Bucket, &mut Filler)| {
        let mut bucket = Bucket::new(region, before(now, age_days * DAY));
        let mut filler = Filler { random: Random::new(seed, &["s3", name]), now };
        fill(&mut bucket, &mut filler);
        world.s3.buckets.insert(name.into(), bucket);
    };
    add("shop-access-logs", HOME, 612, &access_logs);
    add("shop-static-assets", HOME, 611, &assets);
    add("shop-db-backups", HOME, 390, &backups);
    add("shop-empty", HOME, 2, &|_, _| {});
    add("analytics-exports-tokyo", SECOND, 201, &exports);
    add("team-shared-files", HOME, 98, &shared);
    Ok(())
}

fn before(now: Time, secs: u64) -> Time {
    Time::from_secs(now.secs() - i64::try_from(secs).unwrap_or(0))
}

struct Filler {
    random: Random,
    now: Time,
}

impl Filler {
    fn put(&mut self, bucket: &mut Bucket, key: &str, size: u64, age: Duration) {
        let version = self.version(size, age);
        bucket.put(key, version);
    }
    fn version(&mut self, size: u64, age: Duration) -> Version {
        Version::made(self.random.u64(), size, before(self.now, age.as_secs()))
    }
}

/// Several thousand objects in folders by date: pages stream.
fn access_logs(bucket: &mut Bucket, f: &mut Filler) {
    bucket.tags = vec![("Env".into(), "prod".into()), ("Team".into(), "platform".into())];
    let lifecycle = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<LifecycleConfiguration \
        xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Rule><ID>expire-after-90-days</ID><Filter><Prefix>alb/</Prefix></Filter>\
        <Status>Enabled</Status><Expiration><Days>90</Days></Expiration></Rule></LifecycleConfiguration>";
    bucket.documents.insert("lifecycle".into(), lifecycle.into());
    for day in 0..60_u64 {
        let date = before(f.now, day * DAY).timestamp().strftime("%Y/%m/%d").to_string();
        for n in 0..72_u64 {
            let size = 2_000 + f.random.below(4_000_000);
            let name = format!("alb/{date}/web-{:02}{:02}-{:08x}.log", n / 3, (n % 3) * 20, f.random.u64() >> 32);
            let age = day * DAY + f.random.below(DAY / 4);
            f.put(bucket, &name, size, Duration::from_secs(age));
        }
    }
    f.put(bucket, "README.txt", 900, Duration::from_secs(600 * DAY));
}

fn assets(bucket: &mut Bucket, f: &mut Filler) {
    bucket.tags = vec![("Env".into(), "prod".into())];
    bucket.versioning = Versioning::Suspended;
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Sid":"PublicRead","Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::shop-static-assets/*"}]}"#;
    bucket.documents.insert("policy".into(), policy.into());
    bucket.documents.remove("publicAccessBlock");
    for (folder, kind, count, most) in [
        ("css", "css", 40, 90_000),
        ("js", "js", 120, 900_000),
        ("img/products", "webp", 700, 400_000),
        ("img/banners", "png", 35, 2_000_000),
    ] {
        for n in 0..count {
            let size = 300 + f.random.below(most);
            let age = f.random.below(600 * DAY);
            f.put(bucket, &format!("{folder}/{n:04}.{kind}"), size, Duration::from_secs(age));
        }
    }
    f.put(bucket, "index.html", 4_211, Duration::from_secs(3 * DAY));
    f.put(bucket, "favicon.ico", 1_150, Duration::from_secs(599 * DAY));
}

/// Versioned: old versions, a delete marker, archived classes, an upload that was never finished.
fn backups(bucket: &mut Bucket, f: &mut Filler) {
    bucket.versioning = Versioning::Enabled;
    bucket.tags = vec![("Env".into(), "prod".into()), ("Retention".into(), "1y".into())];
    for week in 0..30_u64 {
        let age = week * 7 * DAY + 3_600;
        let date = before(f.now, age).timestamp().strftime("%Y-%m-%d").to_string();
        let size = 9_400_000_000 + f.random.below(400_000_000);
        let mut version = f.version(size, Duration::from_secs(age));
        version.id = Some(id(&mut f.random));
        version.class = match week {
            0..=3 => "STANDARD".into(),
            4..=12 => "STANDARD_IA".into(),
            13..=20 => "GLACIER".into(),
            _ => "DEEP_ARCHIVE".into(),
        };
        bucket.put(&format!("orders/{date}.dump"), version);
    }
    for age in [40, 20, 9, 1] {
        let size = 18_000 + f.random.below(2_000);
        let mut version = f.version(size, Duration::from_secs(age * DAY));
        version.id = Some(id(&mut f.random));
        bucket.put("config/restore.yaml", version);
    }
    let mut old = f.version(700, Duration::from_secs(200 * DAY));
    old.id = Some(id(&mut f.random));
    bucket.put("config/obsolete.yaml", old);
    let marker = Version::delete_marker(Some(id(&mut f.random)), before(f.now, 30 * DAY));
    bucket.put("config/obsolete.yaml", marker);
    let upload = Upload {
        key: "orders/interrupted.dump".into(),
        started: before(f.now, 12 * DAY),
        extra: Extra::default(),
        class: "STANDARD".into(),
        algorithm: None,
        composite: false,
        parts: std::collections::BTreeMap::new(),
    };
    let name = format!("{}{}", id(&mut f.random), id(&mut f.random));
    bucket.uploads.insert(name, upload);
}

fn id(random: &mut Random) -> arcstr::ArcStr {
    arcstr::format!("{:016x}{:016x}", random.u64(), random.u64())
}

fn exports(bucket: &mut Bucket, f: &mut Filler) {
    for table in ["orders", "sessions", "inventory"] {
        for month in 0..6_u64 {
            for part in 0..20_u64 {
                let age = month * 30 * DAY + part * 60;
                let date = before(f.now, month * 30 * DAY).timestamp().strftime("%Y-%m").to_string();
                let size = 1_000_000 + f.random.below(120_000_000);
                f.put(bucket, &format!("{table}/month={date}/part-{part:05}.parquet"), size, Duration::from_secs(age));
            }
        }
    }
}

/// Names chosen for trouble: each is a name that S3 allows.
fn shared(bucket: &mut Bucket, f: &mut Filler) {
    let keys = [
        "회의록/2026년 11월/주간 회의.txt",
        "회의록/2026년 11월/배포 계획 (초안).md",
        "회의록/📌 공지.txt",
        "사진/제주도 🌴/IMG_0001.jpg",
        "사진/제주도 🌴/IMG_0002.jpg",
        "日本語/設計書.pdf",
        "space at end /file name with  two spaces.txt",
        "../../etc/passwd",
        "./dot/slash.txt",
        "/leading/slash.txt",
        "double//slash.txt",
        "folder/",
        "folder/inside.txt",
        "control/\u{1b}[31mred\u{1b}[0m.txt",
        "control/bell\u{7}.txt",
        "control/line\nbreak.txt",
        "control/tab\there.txt",
        "bidi/invoice\u{202e}fdp.exe",
        "quotes/it's \"quoted\" & <tagged>.txt",
        "percent/100%25 done+plus.txt",
        "backslash\\windows\\path.txt",
        "-rf",
        "con.txt",
        "zero-bytes",
    ];
    for (n, key) in keys.iter().enumerate() {
        let size = if *key == "zero-bytes" || key.ends_with('/') { 0 } else { 100 + f.random.below(60_000) };
        f.put(bucket, key, size, Duration::from_secs(n as u64 * 7_000 + 600));
    }
    let long = format!("long/{}.txt", "아주-긴-이름-".repeat(40));
    f.put(bucket, &long, 2_048, Duration::from_secs(5 * DAY));
    let note =
        Content::Stored(bytes::Bytes::from_static("안녕하세요. 이 파일은 실제로 저장되어 있습니다.\n".as_bytes()));
    let etag = match &note {
        Content::Stored(b) => super::checksum::md5_hex(b),
        Content::Made { .. } => String::new(),
    };
    let extra = Extra {
        etag,
        headers: vec![
            ("content-type".into(), "text/plain; charset=utf-8".into()),
            ("x-amz-meta-owner".into(), "platform".into()),
        ],
        tags: vec![("종류".into(), "안내".into())],
        ..Extra::default()
    };
    let version = Version { content: note, extra: Some(Box::new(extra)), ..f.version(0, Duration::from_secs(60)) };
    bucket.put("읽어보세요.txt", version);
}
