//! Names of things that every floor passes around: scopes and row identities.

use std::fmt;

use arcstr::ArcStr;

/// Where a table's rows live: which account (by the profile that reaches it) and which region.
///
/// A kind is listed once per scope: `regions` and `buckets` once per account, `instances` once per profile and region.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// The same everywhere (built-in tables, e.g. the list of kinds).
    Global,
    /// One account, reached by one profile.
    Account {
        /// The profile's name; `default` when none was named.
        profile: ArcStr,
    },
    /// One region of one account.
    Region {
        /// The profile's name.
        profile: ArcStr,
        /// The region's code, e.g. `ap-northeast-2`.
        region: ArcStr,
    },
}

impl Scope {
    /// A region of a profile's account.
    pub fn region(profile: impl Into<ArcStr>, region: impl Into<ArcStr>) -> Self {
        Scope::Region { profile: profile.into(), region: region.into() }
    }
    /// A profile's account.
    pub fn account(profile: impl Into<ArcStr>) -> Self {
        Scope::Account { profile: profile.into() }
    }
    /// The profile, unless the scope is global.
    pub fn profile(&self) -> Option<&ArcStr> {
        match self {
            Scope::Global => None,
            Scope::Account { profile } | Scope::Region { profile, .. } => Some(profile),
        }
    }
    /// The region's code, if the scope is a region.
    pub fn region_code(&self) -> Option<&ArcStr> {
        match self {
            Scope::Region { region, .. } => Some(region),
            _ => None,
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scope::Global => f.write_str("global"),
            Scope::Account { profile } => write!(f, "{profile}"),
            Scope::Region { profile, region } => write!(f, "{profile}/{region}"),
        }
    }
}

impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A row's identity within its table: AWS's id where there is one (`i-…`, an ARN), else what is unique among its siblings
/// (an object's key, `GROUP_ARN|TARGET_ID|PORT`). Never shown; the `id` field is.
pub type RowId = ArcStr;
