//! Volumes: attached, formatted, mounted, grown, restored.

use super::*;

fn between<'t>(text: &'t str, tag: &str) -> &'t str {
    text.split(&format!("<{tag}>")).nth(1).and_then(|t| t.split('<').next()).unwrap_or_default()
}

/// With one blank between words, however the columns stand.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn with_volume(image: &str, kind: &str) -> (Bench, String, String) {
    let (mut bench, id) = Bench::launched(image, kind, "", &[22]);
    let made = bench.ask("CreateVolume&AvailabilityZone=ap-northeast-2a&Size=10&VolumeType=gp3");
    let volume = between(&made, "volumeId").to_string();
    bench.pass(10);
    bench.ask(&format!("AttachVolume&VolumeId={volume}&InstanceId={id}&Device=/dev/sdf"));
    bench.pass(10);
    bench.enter(&id);
    (bench, id, volume)
}

#[test]
fn an_attached_volume_is_formatted_mounted_and_grows() {
    let (mut bench, _, volume) = with_volume("al2023", "t3.micro");
    let text = words(&bench.run("lsblk"));
    assert!(text.contains("nvme0n1 259:0 0 8G 0 disk"), "{text}");
    assert!(text.contains("nvme1n1 259:4 0 10G 0 disk"), "{text}");
    assert!(text.contains("├─nvme0n1p1 259:1 0 8G 0 part /"), "{text}");
    let missing = bench.run("sudo mount /dev/nvme1n1 /data");
    assert!(missing.starts_with("mount: /data: mount point does not exist.\n"), "{missing}");
    bench.run("sudo mkdir /data");
    let raw = bench.run("sudo mount /dev/nvme1n1 /data");
    assert!(raw.starts_with("mount: /data: wrong fs type, bad option, bad superblock on /dev/nvme1n1, missing codepage or helper program, or other error.\n"), "{raw}");
    assert_eq!(bench.status(), "32");
    assert!(bench.run("mkfs -t xfs /dev/nvme1n1").contains("Permission denied"));
    assert!(
        bench.run("sudo mkfs -t xfs /dev/sdf").contains("bsize=4096   blocks=2621440"),
        "by the name that it was attached by"
    );
    assert!(bench.run("sudo mkfs -t ext4 /dev/nvme1n1").contains("contains a xfs file system"));
    assert_eq!(bench.run("sudo mount /dev/nvme1n1 /data"), "");
    bench.run("echo kept | sudo tee /data/file");
    let text = bench.run("df -h");
    assert!(
        text.contains("/dev/nvme1n1") && text.lines().last().is_some_and(|l| l.contains("10G") && l.ends_with("/data")),
        "{text}"
    );
    assert!(bench.run("sudo mkfs -t xfs -f /dev/nvme1n1").contains("contains a mounted filesystem"));

    bench.ask(&format!("ModifyVolume&VolumeId={volume}&Size=30"));
    bench.pass(10);
    assert!(words(&bench.run("lsblk")).contains("nvme1n1 259:4 0 30G"), "the device is larger at once");
    assert!(bench.run("df -h /data").contains("10G"), "the file system is not");
    assert!(bench.run("sudo xfs_growfs -d /data").contains("data blocks changed from 2621440 to 7864320"));
    assert!(bench.run("df -h /data").contains("30G"));

    // Without a line in fstab a mount goes with a reboot; the data stay.
    bench.run("sudo reboot");
    bench.pass(60);
    let id =
        bench.sandbox.world().peek(SEOUL).and_then(|r| r.ec2.instances.keys().next().cloned()).expect("it").to_string();
    bench.enter(&id);
    assert_eq!(bench.run("cat /data/file"), "cat: /data/file: No such file or directory\n");
    bench.run("echo '/dev/nvme1n1 /data xfs defaults,nofail 0 2' | sudo tee -a /etc/fstab; sudo mount -a");
    assert_eq!(bench.run("cat /data/file"), "kept\n");
    bench.run("sudo reboot");
    bench.pass(60);
    bench.enter(&id);
    assert_eq!(bench.run("cat /data/file"), "kept\n");
}

#[test]
fn a_snapshot_carries_the_file_system_and_what_is_on_it() {
    let (mut bench, id, volume) = with_volume("noble", "t3.micro");
    bench.run("sudo mkfs.ext4 /dev/nvme1n1; sudo mkdir /data; sudo mount /dev/nvme1n1 /data; echo precious | sudo tee /data/a");
    let made = bench.ask(&format!("CreateSnapshot&VolumeId={volume}"));
    let snapshot = between(&made, "snapshotId").to_string();
    bench.run("sudo rm /data/a");
    bench.pass(120);
    let made = bench
        .ask(&format!("CreateVolume&AvailabilityZone=ap-northeast-2a&SnapshotId={snapshot}&Size=20&VolumeType=gp3"));
    let restored = between(&made, "volumeId").to_string();
    bench.pass(10);
    bench.ask(&format!("AttachVolume&VolumeId={restored}&InstanceId={id}&Device=/dev/sdg"));
    bench.pass(10);
    bench.run("sudo mkdir /old; sudo mount /dev/nvme2n1 /old");
    assert_eq!(bench.run("cat /old/a"), "precious\n");
    assert!(bench.run("df -h /old").contains("9.5G"), "of the size that it had");
    bench.run("sudo resize2fs /dev/nvme2n1");
    assert!(bench.run("df -h /old").contains("19G"));
    bench.run("cd /; sudo umount /old");
    assert_eq!(bench.run("sudo umount /old"), "umount: /old: not mounted.\n");
}

#[test]
fn the_root_grows_by_growpart_and_then_its_file_system_and_xen_calls_it_xvda() {
    let (mut bench, id) = Bench::launched("noble", "t2.micro", "", &[22]);
    bench.enter(&id);
    let text = bench.run("lsblk");
    assert!(text.contains("xvda") && text.contains("└─xvda16") && !text.contains("nvme"), "{text}");
    let root = bench.sandbox.world().peek(SEOUL).expect("it").ec2.instances[id.as_str()]
        .root_volume()
        .cloned()
        .expect("a root");
    bench.ask(&format!("ModifyVolume&VolumeId={root}&Size=16"));
    bench.pass(10);
    assert!(bench.run("sudo resize2fs /dev/xvda1").contains("Nothing to do!"), "the partition first");
    assert!(bench.run("sudo growpart /dev/xvda 1").starts_with("CHANGED: partition=1"));
    assert!(bench.run("sudo growpart /dev/xvda 1").starts_with("NOCHANGE"));
    assert!(bench.run("sudo resize2fs /dev/xvda1").contains("on-line resizing required"));
    assert!(bench.run("df -h /").contains("15G"));
}

#[test]
fn an_image_of_an_instance_has_what_was_installed_there() {
    let (mut bench, id) = Bench::launched("al2023", "t3.micro", "", &[22, 80]);
    bench.enter(&id);
    bench.run("sudo dnf install -y nginx; sudo systemctl enable nginx; echo golden | sudo tee /usr/share/nginx/html/index.html");
    let made = bench.ask(&format!("CreateImage&InstanceId={id}&Name=golden"));
    let image = between(&made, "imageId").to_string();
    bench.pass(120);
    let made = bench.ask(&format!("RunInstances&ImageId={image}&InstanceType=t3.micro&MinCount=1&MaxCount=1"));
    let copy = between(&made, "instanceId").to_string();
    bench.pass(120);
    bench.enter(&copy);
    assert_eq!(bench.run("curl -s localhost"), "golden\n", "enabled, so that it runs at once");
    let name = bench.run("hostname -f");
    assert_eq!(bench.run("cat /etc/hostname"), name, "it has its own name");
}
