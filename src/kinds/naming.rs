//! What a text says of the row that it names, before anything is looked up: an id by its beginning, an ARN by its service.

use arcstr::ArcStr;

use super::registry::Registry;
use super::{autoscaling, cloudwatch, elbv2, s3};
use crate::base::RowId;
use crate::model::Kind;

/// Hexadecimal digits of an id that is whole: 17, or 8 of those made before 2016
/// (<https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html>).
const DIGITS: [usize; 2] = [17, 8];
/// Digits from which on a beginning of an id is taken for one.
const SOME_DIGITS: usize = 4;

/// A row that a text names by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Its kind.
    pub kind: Kind,
    /// Its id there, or what is known of it.
    pub id: RowId,
    /// Whether that is the whole id, and not a part of it.
    pub whole: bool,
    /// The region that an ARN says; `None` where it says none.
    pub region: Option<ArcStr>,
    /// The row that it hangs off: `BUCKET/PREFIX` of an object.
    pub parent: Option<RowId>,
}

impl Registry {
    /// The row that a text names by itself: `i-…` (whole, or from its fourth digit on), an ARN, `s3://BUCKET/KEY`. `None` for any other
    /// text, and for an ARN of what is no kind here.
    pub fn named(&self, text: &str) -> Option<Named> {
        if let Some(place) = text.strip_prefix("s3://") {
            return self.object(place);
        }
        let Some(arn) = text.strip_prefix("arn:") else { return self.id(text) };
        let mut parts = arn.splitn(5, ':').skip(1);
        let (service, region, _account, rest) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let mut named = match service {
            "s3" => self.object(rest)?,
            "ec2" => self.id(rest.rsplit('/').next()?)?,
            _ => {
                let (kind, id) = match service {
                    "elasticloadbalancing" if rest.starts_with("loadbalancer/") => {
                        (elbv2::load_balancers::INFO.name, text)
                    }
                    "elasticloadbalancing" if rest.starts_with("targetgroup/") => {
                        (elbv2::target_groups::INFO.name, text)
                    }
                    "autoscaling" => (autoscaling::auto_scaling_groups::INFO.name, id_of(text)),
                    "cloudwatch" => (cloudwatch::alarms::INFO.name, rest.strip_prefix("alarm:")?),
                    _ => return None,
                };
                self.whole(kind, id)?
            }
        };
        named.region = (!region.is_empty()).then(|| region.into());
        Some(named)
    }

    /// Whether what was typed is asked for: this text, or of an id its beginning as far as a table shows it (`i-0a1f`). A name is typed whole.
    pub fn confirms(&self, phrase: &str, typed: &str) -> bool {
        let is_id = |text: &str| !text.contains(':') && self.named(text).is_some();
        typed == phrase
            || phrase.starts_with(typed)
                && is_id(typed)
                && self.named(phrase).is_some_and(|n| n.whole && *n.id == *phrase)
    }

    fn whole(&self, kind: &str, id: &str) -> Option<Named> {
        let kind = Kind(self.kind(kind)?.info);
        Some(Named { kind, id: id.into(), whole: true, region: None, parent: None })
    }

    /// An id by its beginning.
    fn id(&self, text: &str) -> Option<Named> {
        let begins = |k: &&&super::KindDef| !k.info.id_prefix.is_empty() && text.starts_with(k.info.id_prefix);
        let def = self.kinds.iter().filter(begins).max_by_key(|k| k.info.id_prefix.len())?;
        let digits = &text[def.info.id_prefix.len()..];
        let is_digit = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        let some = digits.len() >= SOME_DIGITS && digits.bytes().all(is_digit);
        if !some {
            return None;
        }
        Some(Named { whole: DIGITS.contains(&digits.len()), ..self.whole(def.info.name, text)? })
    }

    /// `BUCKET`, `BUCKET/PREFIX/` or `BUCKET/KEY`.
    fn object(&self, place: &str) -> Option<Named> {
        let Some((level, name)) = place.rsplit_once('/') else { return self.whole(s3::buckets::INFO.name, place) };
        let parent = if level.contains('/') { format!("{level}/") } else { level.to_string() };
        let (_, prefix) = s3::objects::place(&parent);
        let named = self.whole(s3::objects::INFO.name, &format!("{prefix}{name}"))?;
        Some(Named { parent: Some(parent.into()), ..named })
    }
}

/// The region in an ARN.
pub fn region_of(text: &str) -> Option<&str> {
    text.strip_prefix("arn:")?.split(':').nth(2).filter(|r| !r.is_empty())
}

/// The id in what was given: that of an instance or the name of a group at the end of an ARN; else the text itself.
pub fn id_of(of: &str) -> &str {
    let at = |mark: &str| of.starts_with("arn:").then(|| of.split_once(mark).map(|(_, id)| id)).flatten();
    at(":instance/").or_else(|| at(":autoScalingGroupName/")).unwrap_or(of)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::registry::ALL;

    fn says(text: &str) -> String {
        let Some(n) = ALL.named(text) else { return "nothing".into() };
        let part = if n.whole { "" } else { "…" };
        let region = n.region.map(|r| format!(" in {r}")).unwrap_or_default();
        let parent = n.parent.map(|p| format!(" of {p}")).unwrap_or_default();
        format!("{} {}{part}{parent}{region}", n.kind.name, n.id)
    }

    #[test]
    fn an_id_says_its_kind_by_its_beginning() {
        for (text, want) in [
            ("i-0123456789abcdef0", "instances i-0123456789abcdef0"),
            ("i-01234567", "instances i-01234567"),
            ("i-0079", "instances i-0079…"),
            ("sgr-0123456789abcdef0", "security-group-rules sgr-0123456789abcdef0"),
            ("sg-0123456789abcdef0", "security-groups sg-0123456789abcdef0"),
            ("eipalloc-0123456789abcdef0", "addresses eipalloc-0123456789abcdef0"),
            ("i-007", "nothing"),
            ("sg-web", "nothing"),
            ("web-1", "nothing"),
            ("", "nothing"),
        ] {
            assert_eq!(says(text), want, "{text}");
        }
    }

    #[test]
    fn an_id_is_confirmed_by_the_part_that_a_table_shows_and_a_name_as_a_whole() {
        let id = "i-0a1fd93be77c49c2d";
        assert!(ALL.confirms(id, id) && ALL.confirms(id, "i-0a1f"));
        assert!(ALL.confirms("eipalloc-0a1fd93be77c49c2d", "eipalloc-0a1fd"));
        for wrong in ["", "i", "i-", "i-0a1", "i-0a2f", "0a1f", "i-0a1fd93be77c49c2d0", "I-0a1f"] {
            assert!(!ALL.confirms(id, wrong), "{wrong}");
        }
        let arn = "arn:aws:ec2:eu-west-1:000000000000:volume/vol-0123456789abcdef0";
        for name in ["web-1", "web-cafe", "stop 2", "prod-deadbeef-web", "web-deadbeef", arn] {
            assert!(ALL.confirms(name, name) && !ALL.confirms(name, &name[..name.len() - 1]), "{name}");
        }
    }

    #[test]
    fn an_arn_says_kind_and_region() {
        let group =
            "arn:aws:autoscaling:eu-west-1:000000000000:autoScalingGroup:u-u-i-d:autoScalingGroupName/web fleet";
        let targets = "arn:aws:elasticloadbalancing:eu-west-1:000000000000:targetgroup/web/0123456789abcdef";
        for (text, want) in [
            (
                "arn:aws:ec2:eu-west-1:000000000000:volume/vol-0123456789abcdef0",
                "volumes vol-0123456789abcdef0 in eu-west-1",
            ),
            (group, "auto-scaling-groups web fleet in eu-west-1"),
            (targets, &format!("target-groups {targets} in eu-west-1")),
            ("arn:aws:cloudwatch:eu-west-1:000000000000:alarm:a:b", "alarms a:b in eu-west-1"),
            ("arn:aws:s3:::logs", "buckets logs"),
            ("arn:aws:s3:::logs/2026/11/a.gz", "objects 2026/11/a.gz of logs/2026/11/"),
            ("s3://logs/a.gz", "objects a.gz of logs"),
            ("s3://logs/2026/", "objects 2026/ of logs/2026/"),
            ("arn:aws:iam::000000000000:role/web", "nothing"),
            ("arn:aws", "nothing"),
        ] {
            assert_eq!(says(text), want, "{text}");
        }
    }

    #[test]
    fn what_ids_begin_with_is_the_same_wherever_a_field_names_one() {
        for kind in ALL.kinds.iter().map(|k| k.info) {
            for field in kind.iter() {
                if let (Some(ids), Some(link)) = (field.ids, field.link) {
                    let of = ALL.kind(link).map(|k| k.info.id_prefix);
                    assert_eq!(of, Some(ids.prefix), "{} {}", kind.name, field.name);
                }
            }
        }
    }

    #[test]
    fn the_id_in_an_arn_is_that_of_an_instance_or_the_name_of_a_group() {
        let instance = "arn:aws:ec2:eu-west-1:000000000000:instance/i-0123456789abcdef0";
        assert_eq!((id_of(instance), region_of(instance)), ("i-0123456789abcdef0", Some("eu-west-1")));
        assert_eq!((id_of("web"), region_of("web")), ("web", None));
    }
}
