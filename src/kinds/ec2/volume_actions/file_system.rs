//! What is to be done inside an instance once its volume has grown: EBS does not know what is on it.
//!
//! <https://docs.aws.amazon.com/ebs/latest/userguide/recognize-expanded-volume-linux.html> and `…-windows.html` there.

use crate::kinds::ec2::instances::fields;
use crate::kinds::plan_builder::{field, label};
use crate::model::Record;

/// The commands, one sentence each. `device` is the volume's name in the instance; `is_root` whether it is the one that it boots from.
pub(super) fn steps(host: Option<&Record>, device: &str, is_root: bool) -> Vec<String> {
    let who = host.map_or_else(|| "the instance".to_string(), label);
    let windows = host.and_then(|h| field(h, &fields::PLATFORM)).map(|p| p.starts_with("Windows"));
    let mut out = Vec::new();
    if windows != Some(true) {
        // On Nitro a volume is an NVMe device, numbered in no certain order; the root volume is mostly the first.
        let nvme = if is_root { "/dev/nvme0n1" } else { "/dev/nvme1n1" };
        let xen = device.replacen("/dev/sd", "/dev/xvd", 1);
        out.push(format!("Linux: lsblk shows the name of {device} there ({nvme} or similar on Nitro, else {xen})"));
        out.push(format!("Linux: if lsblk shows a partition on it: sudo growpart {nvme} 1"));
        let mount = if is_root { "/" } else { "MOUNT_POINT" };
        let partition = format!("{nvme}p1");
        out.push(format!(
            "Linux: then ext4: sudo resize2fs {partition} (without a partition: {nvme}); XFS: sudo xfs_growfs -d {mount}"
        ));
    }
    if windows != Some(false) {
        let letter = if is_root { "C" } else { "D" };
        out.push(format!(
            "Windows: PowerShell: Update-HostStorageCache; Resize-Partition -DriveLetter {letter} -Size \
             (Get-PartitionSupportedSize -DriveLetter {letter}).SizeMax"
        ));
        out.push("Windows: or diskpart: rescan, list volume, select volume N, extend".to_string());
    }
    // Its name may be long: it is said once.
    if let Some(first) = out.first_mut() {
        *first = format!("On {who}: {first}");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::ec2::instances::INFO;
    use crate::kinds::testing::row;
    use crate::model::Value;

    #[test]
    fn what_is_run_inside_depends_on_the_system_and_both_are_said_where_it_is_not_known() {
        let host = |platform: Value| row(&INFO, "i-1", "web-1", "running").with(&fields::PLATFORM, platform).record();
        let said = |host: Option<&Record>, root| steps(host, "/dev/sdf", root).join("\n");
        let linux = said(Some(&host(Value::text("Linux/UNIX"))), false);
        for word in ["/dev/sdf", "/dev/xvdf", "growpart /dev/nvme1n1 1", "resize2fs /dev/nvme1n1p1", "xfs_growfs -d"] {
            assert!(linux.contains(word), "{word}: {linux}");
        }
        assert!(!linux.contains("Windows"));
        let windows = said(Some(&host(Value::text("Windows"))), true);
        assert!(windows.contains("Resize-Partition -DriveLetter C") && !windows.contains("Linux"), "{windows}");
        let both = said(None, true);
        assert!(both.contains("growpart /dev/nvme0n1 1") && both.contains("diskpart"), "{both}");
    }
}
