//! What stands behind a kind's own fields, of every kind alike: how a row is, all told, whose it is, where it is, and its tags, each by
//! its key. Rows are filtered and sorted by them, and they can be columns; no record holds them.

use std::sync::RwLock;

use super::field::{FieldInfo, FieldType};
use super::health::WORST;
use super::kind::KindInfo;
use super::record::Tags;
use super::value::Value;
use crate::base::{Scope, text};

/// The profile that a row was listed with.
pub static PROFILE: FieldInfo =
    FieldInfo::new("profile", "PROFILE", FieldType::Text, "The profile that the row was listed with.").cells(8, 14);
/// The region that a row was listed in; `apne2` where there is no room for `ap-northeast-2`.
pub static REGION: FieldInfo =
    FieldInfo::new("region", "REGION", FieldType::Text, "The region that the row was listed in.").cells(6, 14);

/// What tags are named with: `tag:Env`.
pub const TAG: &str = "tag:";

/// Tags by which rows are sorted or that are columns, each for as long as the program runs: a field is a position, and so is a tag's.
/// They are as many as somebody has typed, and no more than [`MOST_TAGS`].
static TAGS: RwLock<Vec<Tag>> = RwLock::new(Vec::new());

/// More keys than anyone types; what is beyond is refused, so that nothing can fill the memory.
const MOST_TAGS: usize = 1_000;
/// Positions before the tags: [`WORST`], [`PROFILE`], [`REGION`].
const BEFORE_TAGS: usize = 3;

#[derive(Clone, Copy)]
struct Tag {
    key: &'static str,
    info: &'static FieldInfo,
}

/// Which of them a position is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behind {
    /// How the row is, all told.
    Worst,
    /// Whose it is.
    Profile,
    /// Where it is.
    Region,
    /// The value of the tag with this key, as it was typed.
    Tag(&'static str),
}

/// What the field so far behind a kind's last one is.
pub fn info(behind: usize) -> &'static FieldInfo {
    match behind {
        1 => &PROFILE,
        2 => &REGION,
        n => n.checked_sub(BEFORE_TAGS).and_then(tag).map_or(&WORST, |t| t.info),
    }
}

fn tag(at: usize) -> Option<Tag> {
    TAGS.read().unwrap_or_else(std::sync::PoisonError::into_inner).get(at).copied()
}

/// A tag's place among those that were named; `None` if there are too many.
fn place(key: &str) -> Option<usize> {
    let mut tags = TAGS.write().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(at) = tags.iter().position(|t| t.key == key) {
        return Some(at);
    }
    if tags.len() >= MOST_TAGS {
        return None;
    }
    let leak = |text: String| -> &'static str { Box::leak(text.into_boxed_str()) };
    let title = leak(text::visible(key).into_owned());
    let least = u16::try_from(text::width(title)).unwrap_or(u16::MAX).clamp(8, 24);
    let mut info = FieldInfo::new("", "", FieldType::Text, "The value of this tag.").cells(least, 40);
    (info.name, info.title) = (leak(format!("{TAG}{key}")), title);
    tags.push(Tag { key: leak(key.to_string()), info: Box::leak(Box::new(info)) });
    Some(tags.len() - 1)
}

/// A tag's value by its key; AWS minds the case of keys, who types one may not.
pub fn tag_of<'t>(tags: &'t Tags, key: &str) -> Option<&'t arcstr::ArcStr> {
    let exact = tags.iter().find(|(k, _)| k == key);
    exact.or_else(|| tags.iter().find(|(k, _)| k.eq_ignore_ascii_case(key))).map(|(_, value)| value)
}

impl Behind {
    /// The value for a row of this place with these tags (`None`: not known).
    pub fn value(self, scope: Option<&Scope>, tags: Option<&Tags>) -> Value {
        let text = |found: Option<&arcstr::ArcStr>| found.map_or(Value::Empty, |s| Value::Text(s.clone()));
        match (self, scope, tags) {
            (Behind::Profile, Some(scope), _) => text(scope.profile()),
            (Behind::Region, Some(scope), _) => text(scope.region_code()),
            (Behind::Tag(key), _, Some(tags)) => text(tag_of(tags, key)),
            _ => Value::Unknown,
        }
    }
}

impl KindInfo {
    /// The position that stands for the profile.
    pub fn profile(&self) -> usize {
        self.fields.len() + 1
    }
    /// The position that stands for the region.
    pub fn region(&self) -> usize {
        self.fields.len() + 2
    }
    /// The position that stands for a tag; `None` if more tags were named than anyone has.
    pub fn tag(&self, key: &str) -> Option<usize> {
        Some(self.fields.len() + BEFORE_TAGS + place(key)?)
    }
    /// What a position is, if it is behind the kind's own fields.
    pub fn behind(&self, field: usize) -> Option<Behind> {
        Some(match field.checked_sub(self.fields.len())? {
            0 => Behind::Worst,
            1 => Behind::Profile,
            2 => Behind::Region,
            n => tag(n - BEFORE_TAGS).map_or(Behind::Worst, |t| Behind::Tag(t.key)),
        })
    }
    /// The position of a place, `profile` or `region`, of which a kind has no field of its own.
    pub fn place_named(&self, word: &str) -> Option<usize> {
        let of = [(PROFILE.name, self.profile()), (REGION.name, self.region())];
        of.into_iter().find(|(name, _)| word.eq_ignore_ascii_case(name)).map(|(_, at)| at)
    }
    /// The position of what rows can be sorted by: what can be a column, or `worst`.
    pub fn sorted_by(&self, word: &str) -> Option<usize> {
        self.column(word).or_else(|| self.worst().filter(|_| word.eq_ignore_ascii_case(WORST.name)))
    }
    /// The position of what can be a column or sorted by, by its name: a field, `tag:KEY`, `profile`, `region`.
    pub fn column(&self, word: &str) -> Option<usize> {
        let key = word.strip_prefix(TAG).map(|key| key.trim_matches('"')).filter(|key| !key.is_empty());
        key.map_or_else(|| self.resolve(word).or_else(|| self.place_named(word)), |key| self.tag(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::ec2::instances::INFO;

    #[test]
    fn what_every_kind_has_stands_behind_its_fields_and_a_tag_has_one_place() {
        let env = INFO.column("tag:Env").expect("a tag");
        assert_eq!(INFO.column("tag:Env"), Some(env));
        assert_ne!(INFO.column("tag:Team"), Some(env));
        assert_eq!(INFO.behind(env), Some(Behind::Tag("Env")));
        assert_eq!((INFO.fields.at(env).name, INFO.fields.at(env).title), ("tag:Env", "Env"));
        assert_eq!(INFO.column("tag:"), None);
        assert_eq!(INFO.behind(INFO.region()), Some(Behind::Region));
        assert_eq!(INFO.fields.at(INFO.profile()).name, "profile");
        assert_eq!(INFO.behind(INFO.fields.len() - 1), None);
        assert_eq!(INFO.fields.at(usize::MAX).name, "worst", "no position panics");
    }

    #[test]
    fn a_value_is_known_by_the_place_or_the_tags() {
        let scope = Scope::region("dev", "us-east-1");
        let tags: Tags = [("env".into(), "prod".into()), ("Env".into(), "test".into())].into();
        assert_eq!(Behind::Region.value(Some(&scope), None), Value::text("us-east-1"));
        assert_eq!(Behind::Profile.value(Some(&scope), None), Value::text("dev"));
        assert_eq!(Behind::Region.value(Some(&Scope::account("dev")), None), Value::Empty);
        assert_eq!(Behind::Region.value(None, None), Value::Unknown);
        assert_eq!(Behind::Tag("Env").value(None, Some(&tags)), Value::text("test"));
        assert_eq!(Behind::Tag("ENV").value(None, Some(&tags)), Value::text("prod"));
        assert_eq!(Behind::Tag("Team").value(None, Some(&tags)), Value::Empty);
        assert_eq!(Behind::Tag("Env").value(None, None), Value::Unknown);
    }
}
