//! The disks of a launch: the root volume as its image has it, and more.

use arcstr::ArcStr;

use super::image::Image;
use super::names;
use crate::kinds::draft_table::DraftTable;
use crate::kinds::ec2::volume_actions::create::TYPES;
use crate::model::draft::RowMark;
use crate::model::{Arg, Cell, CellError, Choice, DraftColumn, DraftRow, FormField, Preset, TableRow, Values};

/// The columns.
const DEVICE: usize = 0;
const SIZE: usize = 1;
const TYPE: usize = 2;
const IOPS: usize = 3;
const ENCRYPTED: usize = 4;
const DELETE: usize = 5;
fn choices(all: impl IntoIterator<Item = &'static str>) -> Cell {
    Cell::Choice(all.into_iter().map(|v| Choice { value: v.into(), label: v.into(), disabled: None }).collect())
}

fn table(image: &Image) -> DraftTable {
    let text = |s: &str| ArcStr::from(s);
    let root = image.root_device().map(|device| TableRow {
        key: device.into(),
        cells: vec![
            text(device),
            image.root_size().map_or_else(ArcStr::new, |n| arcstr::format!("{n}")),
            text("gp3"),
            text(""),
            text("yes"),
            text("yes"),
        ],
    });
    let more = Preset {
        label: "Another disk, 20 GiB".into(),
        cells: ["/dev/sdf", "20", "gp3", "", "yes", "yes"].into_iter().map(ArcStr::from).collect(),
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
        original: root.into_iter().collect(),
        presets: vec![more],
        help: "The root volume is as large as its image's at least. p adds another disk.".into(),
    }
}

/// The field.
pub(super) fn field(values: &Values, image: &Image) -> FormField {
    let least = image.root_size();
    table(image).into_field(values, |rows| {
        let mut out = Vec::new();
        for (row, r) in rows.iter().enumerate().filter(|(_, r)| r.mark != RowMark::Same && r.mark != RowMark::Removed) {
            let mut wrong = |column: usize, text: String| out.push(CellError { row, column, text });
            let cell = |i: usize| r.cells.get(i).map_or("", |c| c.trim());
            let size: i64 = cell(SIZE).parse().unwrap_or(0);
            if r.key.is_some()
                && let Some(least) = least.filter(|least| size < *least)
            {
                // EC2: InvalidBlockDeviceMapping.
                wrong(SIZE, format!("The image's own is {least} GiB: a smaller one does not hold it."));
            }
            let Some(ty) = TYPES.iter().find(|t| t.name == cell(TYPE)) else { continue };
            let (name, sizes) = (ty.name, ty.size);
            if size > 0 && !(sizes.0..=sizes.1).contains(&size) {
                wrong(SIZE, format!("{name} is from {} to {} GiB.", sizes.0, sizes.1));
            }
            match (cell(IOPS), ty.iops) {
                ("", Some(_)) if name.starts_with("io") => wrong(IOPS, format!("{name} has to say how many.")),
                ("", _) => {}
                (_, None) => wrong(IOPS, format!("{name} takes none.")),
                (text, Some((least, most, _))) => match text.parse::<i64>() {
                    Ok(n) if (least..=most).contains(&n) => {}
                    _ => wrong(IOPS, format!("{name} takes {least} to {most}.")),
                },
            }
            if rows
                .iter()
                .enumerate()
                .any(|(i, other)| i != row && other.cells.get(DEVICE).map(|d| d.trim()) == Some(cell(DEVICE)))
            {
                wrong(DEVICE, format!("{} is there already.", cell(DEVICE)));
            }
        }
        out
    })
}

/// The block device mappings of what differs from the image; and GiB and type of each disk that is known.
pub(super) fn mappings(values: &Values, image: &Image) -> (Vec<Arg>, Vec<(i64, ArcStr)>) {
    let rows = table(image).rows(values);
    let mut args = Vec::new();
    let mut sizes = Vec::new();
    for r in rows.iter().filter(|r| r.mark != RowMark::Removed) {
        let cell = |i: usize| r.cells.get(i).map(|c| c.trim()).unwrap_or_default();
        if let Ok(size) = cell(SIZE).parse::<i64>() {
            sizes.push((size, cell(TYPE).into()));
        }
        // The root volume of an image that says nothing of it is left as it is.
        args.push(mapping(r));
    }
    (args, sizes)
}

fn mapping(r: &DraftRow) -> Arg {
    let cell = |i: usize| r.cells.get(i).map(|c| c.trim()).unwrap_or_default();
    let mut ebs: Vec<(&'static str, Arg)> = Vec::new();
    if let Ok(size) = cell(SIZE).parse() {
        ebs.push(("VolumeSize", Arg::Int(size)));
    }
    ebs.push(("VolumeType", Arg::str(cell(TYPE))));
    if let Ok(iops) = cell(IOPS).parse() {
        ebs.push(("Iops", Arg::Int(iops)));
    }
    // False is not said: a volume of an encrypted snapshot is encrypted whatever is asked for.
    if cell(ENCRYPTED) == "yes" {
        ebs.push(("Encrypted", Arg::Bool(true)));
    }
    ebs.push(("DeleteOnTermination", Arg::Bool(cell(DELETE) != "no")));
    Arg::Map(vec![("DeviceName", Arg::str(cell(DEVICE))), ("Ebs", Arg::Map(ebs))])
}
