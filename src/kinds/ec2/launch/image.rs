//! The image of a launch: one of the account's, the latest of a family, or any by its id.
//!
//! Families are found by their owner and by the pattern of their names, as their makers document it, and the newest is taken:
//! <https://docs.aws.amazon.com/linux/al2023/ug/ec2.html>, <https://documentation.ubuntu.com/aws/aws-how-to/instances/find-ubuntu-images/>,
//! <https://wiki.debian.org/Cloud/AmazonEC2Image>, <https://docs.aws.amazon.com/ec2/latest/windows-ami-reference/ec2-windows-ami-list.html>.

use std::sync::Arc;

use arcstr::ArcStr;

use super::template::{Template, offer};
use super::{FROM, NONE, names};
use crate::base::Scope;
use crate::base::text::{cut_middle, visible};
use crate::kinds::action::ActionContext;
use crate::kinds::ec2::images::{self, INFO};
use crate::kinds::plan_builder::{field, live, need, state, text_of};
use crate::kinds::rows_field::rows_field;
use crate::model::{Filters, FormField, Kind, Pick, Record, Selector, TableKey, Value, Values};
use crate::store::Progress;

/// Images that come out again and again under one pattern.
pub(super) struct Family {
    /// What it is called in arguments.
    pub value: &'static str,
    label: &'static str,
    /// Its owner: a field of the kind, and its value.
    owner: (&'static str, &'static str),
    /// The pattern of the names; `{arch}` is the architecture as the maker writes it.
    name: &'static str,
    /// The maker's words for x86_64 and arm64; none where there is no such image.
    arch: (&'static str, Option<&'static str>),
    /// Who logs in.
    user: &'static str,
}

/// Canonical's account and Debian's.
const CANONICAL: (&str, &str) = ("owner_id", "099720109477");
const DEBIAN: (&str, &str) = ("owner_id", "136693071363");
const AMAZON: (&str, &str) = ("owner_alias", "amazon");

const FAMILIES: &[Family] = &[
    Family {
        value: "al2023",
        label: "Amazon Linux 2023",
        owner: AMAZON,
        name: "al2023-ami-2023.*-{arch}",
        arch: ("x86_64", Some("arm64")),
        user: "ec2-user",
    },
    Family {
        value: "ubuntu",
        label: "Ubuntu 24.04 LTS",
        owner: CANONICAL,
        name: "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-{arch}-server-*",
        arch: ("amd64", Some("arm64")),
        user: "ubuntu",
    },
    Family {
        value: "debian",
        label: "Debian 13",
        owner: DEBIAN,
        name: "debian-13-{arch}-*",
        arch: ("amd64", Some("arm64")),
        user: "admin",
    },
    Family {
        value: "windows",
        label: "Windows Server 2025",
        owner: AMAZON,
        name: "Windows_Server-2025-English-Full-Base-*",
        arch: ("x86_64", None),
        user: "Administrator",
    },
];

/// Cells of an image's name in the form: its id and who logs in stand beside it, also at 80 columns.
const NAME_CELLS: usize = 30;

/// The value of a family for Graviton: `al2023-arm64`.
const ARM: &str = "-arm64";

fn family(value: &str) -> Option<(&'static Family, bool)> {
    let (name, arm) = value.strip_suffix(ARM).map_or((value, false), |name| (name, true));
    FAMILIES.iter().find(|f| f.value == name && (!arm || f.arch.1.is_some())).map(|f| (f, arm))
}

/// The table in which a family's images are.
fn table(scope: &Scope, (family, arm): (&Family, bool)) -> Option<TableKey> {
    let arch = if arm { family.arch.1? } else { family.arch.0 };
    let wanted = [
        (family.owner.0, vec![ArcStr::from(family.owner.1)]),
        (images::NAME.name, vec![ArcStr::from(family.name.replace("{arch}", arch))]),
    ];
    let selector = Selector::Filter(Filters::of(&INFO, wanted)?);
    Some(TableKey { scope: scope.clone(), kind: Kind(&INFO), selector })
}

/// What is known of the image that a value stands for.
pub(super) enum Image {
    /// The row.
    Known(Arc<Record>),
    /// An id whose row is not loaded, or a family that is being asked for.
    Unknown(ArcStr),
    /// What the template has, as it is written there, and its row if that is loaded. It is not said again.
    Template(Option<ArcStr>, Option<Arc<Record>>),
    /// None: a template need not have one.
    None,
}

impl Image {
    /// The id that a request has, if one has to be said and it is known.
    pub(super) fn sent(&self) -> Option<ArcStr> {
        match self {
            Image::Known(row) => Some(row.id.clone()),
            Image::Unknown(text) => Some(text.clone()).filter(|t| t.starts_with("ami-")),
            Image::Template(..) | Image::None => None,
        }
    }
    fn row(&self) -> Option<&Record> {
        match self {
            Image::Known(row) | Image::Template(_, Some(row)) => Some(row),
            _ => None,
        }
    }
    /// Whether nothing has to be found out before a request can be made.
    pub(super) fn is_resolved(&self) -> bool {
        !matches!(self, Image::Unknown(text) if !text.starts_with("ami-"))
    }
    /// `x86_64`, `arm64`.
    pub(super) fn architecture(&self) -> Option<&str> {
        field(self.row()?, &images::ARCHITECTURE)
    }
    /// GiB that the root volume has at least.
    pub(super) fn root_size(&self) -> Option<i64> {
        if let Value::Int(n) = self.row()?.get(&images::ROOT_SIZE) { Some(*n) } else { None }
    }
    /// The root volume's device.
    pub(super) fn root_device(&self) -> Option<&str> {
        field(self.row()?, &images::ROOT_DEVICE)
    }
    /// `PlatformDetails`: as what it is billed.
    pub(super) fn platform(&self) -> Option<&str> {
        field(self.row()?, &images::PLATFORM)
    }
    /// Whether it is Windows.
    pub(super) fn is_windows(&self) -> bool {
        self.platform().is_some_and(|p| p.starts_with("Windows"))
    }
    /// What it is called in a plan.
    pub(super) fn says(&self) -> String {
        match self {
            Image::Known(row) | Image::Template(_, Some(row)) if row.name.is_empty() => row.id.to_string(),
            Image::Known(row) | Image::Template(_, Some(row)) => format!("{} ({})", visible(&row.name), row.id),
            Image::Unknown(text) | Image::Template(Some(text), None) => visible(text).into_owned(),
            Image::Template(None, None) => "the template's image".into(),
            Image::None => "no image".into(),
        }
    }
}

/// The newest of a table.
fn newest(cx: &ActionContext<'_>, table: &TableKey) -> Option<Arc<Record>> {
    let rows = cx.store.table(table).into_iter().flat_map(live);
    let when = |r: &Record| if let Value::Time(t) = r.get(&images::CREATED) { Some(*t) } else { None };
    rows.filter(|r| state(r) == "available").max_by_key(|r| when(r)).cloned()
}

/// The field, and the image that it stands for. Where `may_be_none`, a template that has none is made.
pub(super) fn image_field(
    cx: &ActionContext<'_>,
    values: &Values,
    template: Option<&Template>,
    may_be_none: bool,
    needs: &mut Vec<TableKey>,
) -> (FormField, Image) {
    let own = TableKey::all(cx.scope.clone(), Kind(&INFO));
    let mut pick = Pick::one_of(own, "ami-")
        .only("state=available", "Your own and shared images; those above are the latest of their makers.");
    for f in FAMILIES {
        pick = pick.or(f.value, &format!("{}, the latest", f.label));
        if f.arch.1.is_some() {
            pick = pick.or(&format!("{}{ARM}", f.value), &format!("{} for Graviton, the latest", f.label));
        }
    }
    // A template that is known to have no image cannot be launched without one.
    let has_none = template.is_some_and(|t| t.given.as_ref().is_some_and(|g| g.image.is_none()));
    let default = match template {
        Some(t) if !has_none || may_be_none => {
            offer(&mut pick, &t.label(|g| g.image.as_ref().map(ToString::to_string), "without one"));
            FROM
        }
        Some(_) => "",
        None => FAMILIES[0].value,
    };
    if may_be_none && template.is_none() {
        pick = pick.or(NONE, "none, set it at launch");
    }
    let refuse = |r: &Record| match state(r) {
        "available" => None,
        other => Some(format!("It is {other}.")),
    };
    let said = (names::IMAGE, "Image", "your images");
    let help = "The operating system. An image can also be named by its id, ami-….";
    let mut f = rows_field(cx, values, said, (pick, default), help, &refuse, needs);
    let value = text_of(&f);
    if value.is_empty() && has_none {
        f.error = Some("The template has no image: choose one.".into());
        return (f, Image::None);
    }
    if value == NONE {
        return (f, Image::None);
    }
    if value == FROM {
        let text = template.and_then(|t| t.given.as_ref()?.image.clone());
        let row = match text.as_ref().filter(|t| t.starts_with("ami-")) {
            Some(id) => by_id(cx, id, &mut f, &refuse, needs),
            None => None,
        };
        return (f, Image::Template(text, row));
    }
    if let Some(of) = family(&value) {
        let Some(table) = table(cx.scope, of) else { return (f, Image::Unknown(value)) };
        let known = cx.store.table(&table).map(|t| &t.status);
        if let Some(row) = newest(cx, &table) {
            f.facts = format!("{}  {}  for {}", row.id, cut_middle(&visible(&row.name), NAME_CELLS), of.0.user);
            return (f, Image::Known(row));
        }
        match known {
            Some(status) if status.progress == Progress::Complete => {
                f.error = Some(format!("There is no {} in this region: name an image by its id.", of.0.label));
            }
            Some(status) if status.fault.is_some() => {
                let word = status.fault.as_ref().map_or("", |fault| fault.kind.word());
                f.error = Some(format!("The latest image could not be found ({word}): name an image by its id."));
            }
            _ => {
                f.facts = "Looking for the latest image.".into();
                need(needs, table);
            }
        }
        return (f, Image::Unknown(value));
    }
    // An image that is named by its id and is somebody else's is asked for by it.
    if value.starts_with("ami-") {
        return match by_id(cx, &value, &mut f, &refuse, needs) {
            Some(row) => (f, Image::Known(row)),
            None => (f, Image::Unknown(value)),
        };
    }
    (f, Image::Unknown(value))
}

/// The row of an image that is named by its id, and what is wrong with it at the field.
fn by_id(
    cx: &ActionContext<'_>,
    id: &ArcStr,
    f: &mut FormField,
    refuse: &dyn Fn(&Record) -> Option<String>,
    needs: &mut Vec<TableKey>,
) -> Option<Arc<Record>> {
    let filters = Filters::of(&INFO, [(images::ID.name, vec![id.clone()])])?;
    let by_id = TableKey { scope: cx.scope.clone(), kind: Kind(&INFO), selector: Selector::Filter(filters) };
    let own = TableKey::all(cx.scope.clone(), Kind(&INFO));
    let row = [&own, &by_id].into_iter().find_map(|t| cx.store.table(t)?.get(id)).map(|r| r.record.clone());
    if let Some(row) = row {
        f.error = refuse(&row);
        f.facts = format!("{}  {}", visible(&row.name), field(&row, &images::ARCHITECTURE).unwrap_or_default());
        return Some(row);
    }
    // That it is not among your own says nothing.
    f.error = match cx.store.table(&by_id).map(|t| &t.status) {
        // EC2: InvalidAMIID.NotFound.
        Some(status) if status.progress == Progress::Complete => {
            Some(format!("There is no image {} in this region that you may launch.", visible(id)))
        }
        _ => {
            need(needs, by_id);
            None
        }
    };
    None
}
