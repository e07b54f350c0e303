//! Who logs in: told from the image, where its maker says so.

use indexmap::IndexMap;

use crate::base::text::visible;
use crate::kinds::ec2::images;
use crate::kinds::ec2::instances::fields;
use crate::model::Record;
use crate::query::glob;

/// Who logs in to Windows.
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/connecting_to_windows_instance.html>
pub(super) const ADMINISTRATOR: &str = "Administrator";
/// Where nothing is known: what AWS's own images have, and most others.
const FALLBACK: &str = "ec2-user";

/// Words of an image's name or description, the first that is there decides, and who logs in then. AWS's page has Amazon Linux, CentOS,
/// Debian, Fedora, RHEL, SUSE, Ubuntu, Oracle and Bitnami, the others are their makers':
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/managing-users.html>,
/// <https://wiki.almalinux.org/cloud/AWS.html>, <https://www.flatcar.org/docs/latest/installing/cloud/aws-ec2/>,
/// <https://docs.fedoraproject.org/en-US/fedora-coreos/provisioning-aws/>, <https://www.kali.org/docs/cloud/aws/>.
const USERS: &[(&str, &str)] = &[
    // What is built on another system comes before it: `bitnami-nginx-…-linux-debian-12`.
    ("bitnami", "bitnami"),
    ("rocky", "rocky"),
    ("almalinux", "ec2-user"),
    ("centos stream", "ec2-user"),
    ("centos-stream", "ec2-user"),
    ("centos", "centos"),
    ("fedora-coreos", "core"),
    ("flatcar", "core"),
    ("fedora", "fedora"),
    ("kali", "kali"),
    ("ubuntu", "ubuntu"),
    ("debian", "admin"),
    ("freebsd", "ec2-user"),
    ("oracle linux", "ec2-user"),
    ("rhel", "ec2-user"),
    ("suse", "ec2-user"),
    ("amazon linux", "ec2-user"),
    ("amzn", "ec2-user"),
    ("al2023", "ec2-user"),
];

/// Who logs in, and from what that was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct User {
    /// The user name.
    pub(super) name: String,
    /// A sentence about where it is from.
    pub(super) from: String,
}

/// Who logs in to an instance. `image`: its image's row, if that is there; `set`: names by patterns of images' names, from the settings.
pub(super) fn of(row: &Record, image: Option<&Record>, set: &IndexMap<String, String>) -> User {
    let user = |name: &str, from: String| User { name: name.into(), from };
    let image_name = image.and_then(|i| i.get(&images::NAME).as_str());
    let id = row.get(&fields::IMAGE_ID).as_str().unwrap_or_default();
    let own = set.iter().find(|(pattern, _)| {
        let fits = |text: &str| glob(&pattern.to_lowercase(), &text.to_lowercase());
        fits(id) || image_name.is_some_and(fits)
    });
    if let Some((pattern, name)) = own {
        return user(name, format!("User {name}: the settings say so for images {}.", visible(pattern)));
    }
    if is_windows(row) {
        return user(ADMINISTRATOR, format!("User {ADMINISTRATOR}: it runs Windows."));
    }
    let said = [image_name, image.and_then(|i| i.get(&images::DESCRIPTION).as_str())];
    for text in said.into_iter().flatten() {
        if let Some(name) = by_words(text) {
            return user(name, format!("User {name}: its image is {}.", visible(text)));
        }
    }
    let platform = row.get(&fields::PLATFORM).as_str().unwrap_or_default();
    if let Some(name) = by_words(platform) {
        return user(name, format!("User {name}: it runs {}.", visible(platform)));
    }
    let why = if image.is_some() { "its image does not say" } else { "its image is not known" };
    user(FALLBACK, format!("User {FALLBACK} is a guess: {why}. :connect NAME takes another."))
}

/// Whether it runs Windows.
pub(super) fn is_windows(row: &Record) -> bool {
    row.get(&fields::PLATFORM).as_str().is_some_and(|p| p.starts_with("Windows"))
}

fn by_words(text: &str) -> Option<&'static str> {
    let text = text.to_lowercase();
    USERS.iter().find(|(word, _)| text.contains(word)).map(|(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::testing::row;
    use crate::model::Value;

    fn user_of(image: &str, description: &str, platform: &str) -> String {
        let instance = row(&crate::kinds::ec2::instances::INFO, "i-1", "web", "running")
            .with(&fields::IMAGE_ID, Value::text("ami-1"))
            .with(&fields::PLATFORM, Value::text(platform))
            .record();
        let image = row(&images::INFO, "ami-1", image, "available")
            .with(&images::NAME, Value::text(image))
            .with(&images::DESCRIPTION, Value::text(description))
            .record();
        of(&instance, Some(&image), &IndexMap::new()).name
    }

    #[test]
    fn the_user_is_the_one_that_the_images_maker_says() {
        const LINUX: &str = "Linux/UNIX";
        for (image, platform, want) in [
            ("al2023-ami-2023.6.20260101.0-kernel-6.1-x86_64", LINUX, "ec2-user"),
            ("amzn2-ami-kernel-5.10-hvm-2.0.2026-x86_64-gp2", LINUX, "ec2-user"),
            ("ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-20261018", LINUX, "ubuntu"),
            ("debian-13-amd64-20261001-1", LINUX, "admin"),
            ("CentOS Linux 7 x86_64 HVM EBS", LINUX, "centos"),
            ("CentOS Stream 9 x86_64 20260101", LINUX, "ec2-user"),
            ("Rocky-9-EC2-Base-9.5-20261118.0.x86_64", LINUX, "rocky"),
            ("AlmaLinux OS 9.5.20261120 x86_64", LINUX, "ec2-user"),
            ("RHEL-9.4.0_HVM-20260605-x86_64-82-Hourly2-GP3", "Red Hat Enterprise Linux", "ec2-user"),
            ("suse-sles-15-sp6-v20260101-hvm-ssd-x86_64", "SUSE Linux", "ec2-user"),
            ("bitnami-nginx-1.27.3-0-linux-debian-12-x86_64-hvm-ebs", LINUX, "bitnami"),
            ("Fedora-Cloud-Base-41.x86_64", LINUX, "fedora"),
            ("fedora-coreos-41.20261109.3.0-x86_64", LINUX, "core"),
            ("Windows_Server-2025-English-Full-Base-2026.11.13", "Windows", "Administrator"),
            ("our-web-2026-11", LINUX, "ec2-user"),
        ] {
            assert_eq!(user_of(image, "", platform), want, "{image}");
        }
        assert_eq!(
            user_of("our-web", "Canonical, Ubuntu, 24.04, amd64", LINUX),
            "ubuntu",
            "a copy keeps its description"
        );
        assert_eq!(user_of("our-web", "", "Ubuntu Pro"), "ubuntu");
    }

    #[test]
    fn the_settings_say_it_first_and_a_guess_is_called_one() {
        let instance = row(&crate::kinds::ec2::instances::INFO, "i-1", "web", "running")
            .with(&fields::IMAGE_ID, Value::text("ami-0aa"))
            .record();
        let set = |pattern: &str| IndexMap::from([(pattern.to_string(), "deploy".to_string())]);
        let image =
            row(&images::INFO, "ami-0aa", "", "available").with(&images::NAME, Value::text("Our-Web-7")).record();
        assert_eq!(of(&instance, Some(&image), &set("our-*")).name, "deploy");
        assert_eq!(of(&instance, None, &set("ami-0a?")).name, "deploy", "also before the image's row is there");
        assert_eq!(of(&instance, Some(&image), &set("their-*")).name, "ec2-user");
        let guessed = of(&instance, None, &IndexMap::new());
        assert!(guessed.from.contains("is a guess: its image is not known"), "{guessed:?}");
    }
}
