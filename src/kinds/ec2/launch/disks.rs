//! The disks of a launch: the root volume as its image has it, or those of the template or instance that it is made after; and more.

use arcstr::ArcStr;

use super::image::Image;
use super::names;
use crate::kinds::draft_table::DraftTable;
use crate::kinds::ec2::template_fields::Disk;
use crate::kinds::ec2::volume_actions::create::TYPES;
use crate::model::draft::{RowMark, merge};
use crate::model::{Arg, Cell, CellError, Choice, DraftColumn, DraftRow, FormField, Preset, TableRow, Values};

/// The columns.
const DEVICE: usize = 0;
const SIZE: usize = 1;
const TYPE: usize = 2;
const IOPS: usize = 3;
const ENCRYPTED: usize = 4;
const DELETE: usize = 5;

/// The disks that the table begins with.
pub(super) enum Base<'a> {
    /// The image's root volume.
    Image(&'a Image),
    /// Those of an instance, made again.
    Instance(&'a Image, Vec<Disk>),
    /// A template's, or its image's root volume where it gives none: left as they are unless they are edited.
    Template(&'a Image, Vec<Disk>),
}

impl Base<'_> {
    fn image(&self) -> &Image {
        match self {
            Base::Image(image) | Base::Instance(image, _) | Base::Template(image, _) => image,
        }
    }
    fn disks(&self) -> &[Disk] {
        match self {
            Base::Image(_) => &[],
            Base::Instance(_, disks) | Base::Template(_, disks) => disks,
        }
    }
    fn is_template(&self) -> bool {
        matches!(self, Base::Template(..))
    }
    /// What the row of this device was made from.
    fn origin(&self, r: &DraftRow) -> Option<&Disk> {
        let key = r.key.as_ref()?;
        self.disks().iter().find(|d| d.device == *key)
    }
}

fn choices(all: impl IntoIterator<Item = &'static str>) -> Cell {
    Cell::Choice(all.into_iter().map(|v| Choice { value: v.into(), label: v.into(), disabled: None }).collect())
}

fn row_of(d: &Disk) -> TableRow {
    let number = |n: Option<i64>| n.map_or_else(ArcStr::new, |n| arcstr::format!("{n}"));
    let word = |is: bool| ArcStr::from(if is { "yes" } else { "no" });
    TableRow {
        key: d.device.clone(),
        cells: vec![
            d.device.clone(),
            number(d.gib),
            d.kind.clone().unwrap_or_else(|| "gp3".into()),
            number(d.iops),
            word(d.encrypted == Some(true)),
            word(d.deleted != Some(false)),
        ],
    }
}

fn table(base: &Base<'_>) -> DraftTable {
    let image = base.image();
    let root = image.root_device().map(|device| Disk {
        device: device.into(),
        gib: image.root_size(),
        kind: Some("gp3".into()),
        encrypted: Some(true),
        deleted: Some(true),
        ..Disk::default()
    });
    let original: Vec<TableRow> = match base.disks() {
        [] => root.iter().map(row_of).collect(),
        disks => disks.iter().map(row_of).collect(),
    };
    let more = Preset {
        label: "One more disk, 20 GiB".into(),
        cells: ["/dev/sdf", "20", "gp3", "", "yes", "yes"].into_iter().map(ArcStr::from).collect(),
    };
    let help = match base {
        Base::Image(_) => "The root volume is at least as large as in the image. p adds a disk.",
        Base::Instance(..) => "Like the instance's disks, but with the image's content only. p adds a disk.",
        Base::Template(..) => "Disks left alone come from the template and its image. p adds a disk.",
    };
    DraftTable {
        field: (names::DISK, "Disks"),
        columns: vec![
            DraftColumn::new("device", "DEVICE", Cell::Text),
            DraftColumn::new("size", "GIB", Cell::Number { min: 1, max: 65_536 }),
            DraftColumn::new("type", "TYPE", choices(TYPES.iter().map(|t| t.name))),
            DraftColumn::new("iops", "IOPS", Cell::Text),
            DraftColumn::new("encrypted", "ENCRYPTED", choices(["yes", "no"])),
            DraftColumn::new("delete", "GOES WITH IT", choices(["yes", "no"])),
        ],
        original,
        presets: vec![more],
        help: help.into(),
    }
}

/// The field.
pub(super) fn field(values: &Values, base: &Base<'_>) -> FormField {
    let least = base.image().root_size();
    let root = base.image().root_device().map(ArcStr::from);
    table(base).into_field(values, |rows| {
        let mut out = Vec::new();
        for (row, r) in rows.iter().enumerate().filter(|(_, r)| r.mark != RowMark::Same) {
            let mut wrong = |column: usize, text: String| out.push(CellError { row, column, text });
            if r.mark == RowMark::Removed {
                if base.is_template() {
                    wrong(
                        DEVICE,
                        "This disk comes from the template or the image: it can be changed, but not removed.".into(),
                    );
                }
                continue;
            }
            let cell = |i: usize| r.cells.get(i).map_or("", |c| c.trim());
            let size: i64 = cell(SIZE).parse().unwrap_or(0);
            if r.key.is_some()
                && r.key == root
                && let Some(least) = least.filter(|least| size < *least)
            {
                // EC2: InvalidBlockDeviceMapping.
                wrong(SIZE, format!("The disk in the image has {least} GiB: this one must be at least as large."));
            }
            let Some(ty) = TYPES.iter().find(|t| t.name == cell(TYPE)) else { continue };
            let (name, sizes) = (ty.name, ty.size);
            if size > 0 && !(sizes.0..=sizes.1).contains(&size) {
                wrong(SIZE, format!("{name} must be from {} to {} GiB.", sizes.0, sizes.1));
            }
            match (cell(IOPS), ty.iops) {
                ("", Some(_)) if name.starts_with("io") => wrong(IOPS, format!("{name} needs a number here.")),
                ("", _) => {}
                (_, None) => wrong(IOPS, format!("{name} has no such setting.")),
                (text, Some((least, most, _))) => match text.parse::<i64>() {
                    Ok(n) if (least..=most).contains(&n) => {}
                    _ => wrong(IOPS, format!("{name} allows {least} to {most}.")),
                },
            }
            if rows
                .iter()
                .enumerate()
                .any(|(i, other)| i != row && other.cells.get(DEVICE).map(|d| d.trim()) == Some(cell(DEVICE)))
            {
                wrong(DEVICE, format!("{} exists already.", cell(DEVICE)));
            }
        }
        out
    })
}

/// The root volume as it will be.
pub(super) struct Root {
    /// Its size, if it is said.
    pub(super) gib: Option<i64>,
    /// Its type.
    pub(super) kind: ArcStr,
    /// Whether it is encrypted.
    pub(super) encrypted: bool,
}

/// The root volume, if it is known which one it is and it is not left as a template has it.
pub(super) fn root(values: &Values, base: &Base<'_>) -> Option<Root> {
    let device = base.image().root_device()?;
    let rows = table(base).rows(values);
    let row = rows.iter().find(|r| r.mark != RowMark::Removed && r.cells.get(DEVICE).is_some_and(|d| d == device))?;
    let cell = |i: usize| row.cells.get(i).map(|c| c.trim()).unwrap_or_default();
    let left = base.is_template() && rows.iter().all(|r| r.mark == RowMark::Same);
    let root = Root { gib: cell(SIZE).parse().ok(), kind: cell(TYPE).into(), encrypted: cell(ENCRYPTED) == "yes" };
    (!left).then_some(root)
}

/// The block device mappings of what differs from the image, or from the template if that was edited: then all of them, so that it does not
/// matter whether EC2 lays them over the template's one by one. And GiB and type of each disk that is known.
pub(super) fn mappings(values: &Values, base: &Base<'_>) -> (Vec<Arg>, Vec<(i64, ArcStr)>) {
    let rows = table(base).rows(values);
    let leaves_as_it_is = base.is_template() && rows.iter().all(|r| r.mark == RowMark::Same);
    let mut args = Vec::new();
    let mut sizes = Vec::new();
    for r in rows.iter().filter(|r| r.mark != RowMark::Removed) {
        let cell = |i: usize| r.cells.get(i).map(|c| c.trim()).unwrap_or_default();
        if let Ok(size) = cell(SIZE).parse::<i64>() {
            sizes.push((size, cell(TYPE).into()));
        }
        // The root volume of an image that says nothing of it is left as it is.
        if !leaves_as_it_is {
            args.push(mapping(r, base.origin(r)));
        }
    }
    (args, sizes)
}

/// The mappings of disks as they are: those of a template that has snapshots in them, which a new version inherits without.
pub(super) fn as_they_are(disks: &[Disk]) -> Vec<Arg> {
    let rows: Vec<TableRow> = disks.iter().map(row_of).collect();
    merge(&rows, &[]).iter().zip(disks).map(|(row, disk)| mapping(row, Some(disk))).collect()
}

fn mapping(r: &DraftRow, origin: Option<&Disk>) -> Arg {
    let cell = |i: usize| r.cells.get(i).map(|c| c.trim()).unwrap_or_default();
    let mut ebs: Vec<(&'static str, Arg)> = Vec::new();
    if let Some(snapshot) = origin.and_then(|d| d.snapshot.clone()) {
        ebs.push(("SnapshotId", Arg::Str(snapshot)));
    }
    if let Ok(size) = cell(SIZE).parse() {
        ebs.push(("VolumeSize", Arg::Int(size)));
    }
    ebs.push(("VolumeType", Arg::str(cell(TYPE))));
    if let Ok(iops) = cell(IOPS).parse() {
        ebs.push(("Iops", Arg::Int(iops)));
    }
    if let Some(throughput) = origin.and_then(|d| d.throughput).filter(|_| cell(TYPE) == "gp3") {
        ebs.push(("Throughput", Arg::Int(throughput)));
    }
    // False is not said: a volume of an encrypted snapshot is encrypted whatever is asked for.
    if cell(ENCRYPTED) == "yes" {
        ebs.push(("Encrypted", Arg::Bool(true)));
        if let Some(key) = origin.and_then(|d| d.kms_key.clone()) {
            ebs.push(("KmsKeyId", Arg::Str(key)));
        }
    }
    ebs.push(("DeleteOnTermination", Arg::Bool(cell(DELETE) != "no")));
    Arg::Map(vec![("DeviceName", Arg::str(cell(DEVICE))), ("Ebs", Arg::Map(ebs))])
}
