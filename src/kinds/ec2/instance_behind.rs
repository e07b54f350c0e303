//! Whether instances run what their launch template, or their group's, has meanwhile replaced: a side table, joined by instance id. It takes a
//! request for the instances, one for their groups and one for each of their templates: asked for in the detail, and where a column or a
//! query names it.
//!
//! EC2 and Auto Scaling put the template and its version on what they launch, as the tags `aws:ec2launchtemplate:id` and `:version`.
//! <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/launch-templates.html>

use arcstr::ArcStr;
use aws_sdk_ec2::types as sdk;
use futures::future::BoxFuture;
use indexmap::IndexMap;

use super::instances::DESCRIBE_INSTANCES;
use super::instances::instance::GROUP_TAG;
use super::launch_template_versions::DESCRIBE_LAUNCH_TEMPLATE_VERSIONS;
use super::listing::MOST_IDS;
use crate::aws::fault;
use crate::base::{Fault, FaultKind, RowId};
use crate::kinds::autoscaling::auto_scaling_groups::DESCRIBE_AUTO_SCALING_GROUPS;
use crate::kinds::convert::{Converter, batches};
use crate::kinds::listing::{KindDef, ListRequest, Pages};
use crate::kinds::paging::following;
use crate::kinds::row_spec::{Field, Fields, RowSpec, field};
use crate::model::{FieldInfo, KindInfo, Operation, Value};

/// `DescribeInstances` for their tags.
pub static INSTANCES: Operation = DESCRIBE_INSTANCES.rarely_changes();

/// What it is.
pub static INFO: KindInfo = KindInfo::new("instance-behind", "instance's template", "Templates of instances", &FIELDS)
    .doc("Whether instances are behind the newest version of their launch template, or what their group launches now; joined to them by id.")
    .listed_by(&[&INSTANCES, &DESCRIBE_AUTO_SCALING_GROUPS, &DESCRIBE_LAUNCH_TEMPLATE_VERSIONS])
    .sorted(&ID)
    .side();

/// Templates of instances.
pub static KIND: KindDef = KindDef { info: &INFO, list, links: |_, _| Vec::new(), raw: None };

/// The instance id.
pub const ID: FieldInfo = FieldInfo::id("id", "ID", "The instance id.");
/// In what it is behind.
pub const BEHIND: FieldInfo = FieldInfo::text(
    "behind",
    "BEHIND",
    "What is newer than what it was launched with: template v3, newest v5. Empty: nothing, or it has no template.",
);
/// What it was launched with.
pub const VERSION: FieldInfo =
    FieldInfo::text("template", "TEMPLATE", "The launch template and version that it was launched with.");

const TEMPLATE_TAG: &str = "aws:ec2launchtemplate:id";
const VERSION_TAG: &str = "aws:ec2launchtemplate:version";

/// What an instance was launched with.
#[derive(Debug, Clone, PartialEq)]
struct Launched {
    id: RowId,
    image: Option<String>,
    /// The template's id and the version's number.
    template: Option<(String, i64)>,
    group: Option<String>,
}

/// A version as far as it matters here.
#[derive(Debug, Clone, PartialEq)]
struct Version {
    number: i64,
    image: Option<String>,
}

/// A template's versions that something means.
#[derive(Debug, Clone, PartialEq, Default)]
struct Template {
    latest: Option<Version>,
    default: Option<Version>,
    /// Others by their numbers.
    others: Vec<Version>,
}

impl Template {
    /// What `$Latest`, `$Default` (or nothing) and a number mean.
    fn version(&self, word: Option<&str>) -> Option<&Version> {
        match word {
            Some("$Latest") => self.latest.as_ref(),
            None | Some("" | "$Default") => self.default.as_ref(),
            Some(number) => {
                let number = number.parse::<i64>().ok()?;
                let all = self.latest.iter().chain(&self.default).chain(&self.others);
                all.into_iter().find(|v| v.number == number)
            }
        }
    }
}

/// What a group launches.
#[derive(Debug, Clone, PartialEq)]
struct Wanted {
    template: String,
    /// A number, `$Latest` or `$Default`.
    version: Option<String>,
}

/// What became of the question.
#[derive(Debug, Clone, PartialEq)]
enum Verdict {
    /// This is newer: a few words.
    Behind(String),
    /// It is as its template or group has it, or there is no such thing.
    Not,
    /// It cannot be told.
    Unknown,
}

struct Behind {
    id: RowId,
    verdict: Verdict,
    template: Option<(String, i64)>,
}

static FIELDS: Fields<Behind> = Fields(&[
    Field::id(ID),
    field(BEHIND, |b, c| match &b.verdict {
        Verdict::Behind(what) => c.text(Some(what)),
        Verdict::Not => Value::Empty,
        Verdict::Unknown => Value::Unknown,
    }),
    field(VERSION, |b, c| {
        let text = b.template.as_ref().map(|(id, number)| format!("{id} v{number}"));
        c.text(text.as_deref())
    }),
]);

static ROWS: RowSpec<Behind> = RowSpec::new(&INFO, &FIELDS, |b| Some(&b.id));

/// What an instance is behind in. `group`: what its group launches, `Err` if that has no template or is not there.
fn verdict(
    i: &Launched,
    group: Option<Result<&Wanted, ()>>,
    template_of: impl Fn(&str) -> Option<Template>,
) -> Verdict {
    match (group, &i.template) {
        (None, None) => Verdict::Not,
        (Some(Err(())), _) => Verdict::Unknown,
        (None, Some((id, number))) => {
            let Some(newest) = template_of(id).and_then(|t| t.latest) else { return Verdict::Unknown };
            match newest.number > *number {
                true => Verdict::Behind(told(*number, "newest", &newest, i)),
                false => Verdict::Not,
            }
        }
        (Some(Ok(wanted)), own) => {
            let template = template_of(&wanted.template);
            let Some(now) = template.as_ref().and_then(|t| t.version(wanted.version.as_deref())) else {
                return Verdict::Unknown;
            };
            match own {
                Some((id, number)) if *id == wanted.template && *number == now.number => Verdict::Not,
                Some((id, number)) if *id == wanted.template => Verdict::Behind(told(*number, "its group's", now, i)),
                Some((id, _)) => Verdict::Behind(format!("template {id}, its group's is {}", wanted.template)),
                // It was attached to the group, or came from a launch configuration: its image is all that can be compared.
                None => match (&i.image, &now.image) {
                    (Some(own), Some(image)) if image.starts_with("ami-") && own != image => {
                        Verdict::Behind(format!("image {own}, its group's is {image}"))
                    }
                    (Some(own), Some(image)) if own == image => Verdict::Not,
                    _ => Verdict::Unknown,
                },
            }
        }
    }
}

/// `template v3, newest v5 (image ami-2)`: the image where that is another one, too.
fn told(number: i64, whose: &str, now: &Version, i: &Launched) -> String {
    let image = now.image.as_deref().filter(|image| image.starts_with("ami-") && i.image.as_deref() != Some(*image));
    let image = image.map(|image| format!(" (image {image})")).unwrap_or_default();
    format!("template v{number}, {whose} v{}{image}", now.number)
}

fn list(request: ListRequest, mut pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    Box::pin(async move {
        let launched = launched(&request, &mut pages).await?;
        let groups = groups(&request, &mut pages, &launched).await?;
        let templates = templates(&request, &mut pages, &launched, &groups).await?;
        let rows: Vec<Behind> = launched
            .into_iter()
            .map(|i| {
                let group = i.group.as_ref().map(|name| groups.get(name.as_str()).and_then(Option::as_ref).ok_or(()));
                let verdict = verdict(&i, group, |id| templates.get(id).cloned());
                Behind { id: i.id, verdict, template: i.template }
            })
            .collect();
        pages.page(ROWS.records(&rows, &mut Converter::of(&request))).await
    })
}

fn read(i: &sdk::Instance) -> Option<Launched> {
    let tag = |key: &str| i.tags().iter().find(|t| t.key() == Some(key)).and_then(|t| t.value());
    let template = tag(TEMPLATE_TAG).zip(tag(VERSION_TAG).and_then(|v| v.parse().ok()));
    Some(Launched {
        id: i.instance_id()?.into(),
        image: i.image_id().map(Into::into),
        template: template.map(|(id, number)| (id.to_string(), number)),
        group: tag(GROUP_TAG).map(Into::into),
    })
}

async fn launched(request: &ListRequest, pages: &mut Pages) -> Result<Vec<Launched>, Fault> {
    let client = request.gateway.ec2(&request.scope).await?;
    let mut out = Vec::new();
    for ids in batches(&request.what, MOST_IDS) {
        let filter = ids.map(|ids| vec![sdk::Filter::builder().name("instance-id").set_values(Some(ids)).build()]);
        let mut token: Option<String> = None;
        loop {
            pages.ask(&INSTANCES).await?;
            let call = client.describe_instances().max_results(1000).set_next_token(token.clone());
            let answer = call.set_filters(filter.clone()).send().await.map_err(|e| fault::of(&INSTANCES, e))?;
            out.extend(answer.reservations().iter().flat_map(|r| r.instances()).filter_map(read));
            token = following(&INSTANCES, token.as_deref(), answer.next_token)?;
            if token.is_none() {
                break;
            }
        }
    }
    Ok(out)
}

/// What the groups of the instances launch, by name; `None`: no template.
async fn groups(
    request: &ListRequest,
    pages: &mut Pages,
    launched: &[Launched],
) -> Result<IndexMap<String, Option<Wanted>>, Fault> {
    /// DescribeAutoScalingGroups takes 50 names by default, 100 at most.
    const MOST_NAMES: usize = 50;
    let mut names: Vec<String> = launched.iter().filter_map(|i| i.group.clone()).collect();
    names.sort();
    names.dedup();
    let mut out = IndexMap::new();
    if names.is_empty() {
        return Ok(out);
    }
    let client = request.gateway.autoscaling(&request.scope).await?;
    for some in names.chunks(MOST_NAMES) {
        pages.ask(&DESCRIBE_AUTO_SCALING_GROUPS).await?;
        let call = client.describe_auto_scaling_groups().set_auto_scaling_group_names(Some(some.to_vec()));
        let answer = call.send().await.map_err(|e| fault::of(&DESCRIBE_AUTO_SCALING_GROUPS, e))?;
        for group in answer.auto_scaling_groups() {
            let mixed = || group.mixed_instances_policy()?.launch_template()?.launch_template_specification();
            let wanted = group.launch_template().or_else(mixed).and_then(|t| {
                Some(Wanted { template: t.launch_template_id()?.into(), version: t.version().map(Into::into) })
            });
            out.insert(group.auto_scaling_group_name().unwrap_or_default().to_string(), wanted);
        }
    }
    Ok(out)
}

/// The templates that matter, by id. One that was deleted is not among them.
async fn templates(
    request: &ListRequest,
    pages: &mut Pages,
    launched: &[Launched],
    groups: &IndexMap<String, Option<Wanted>>,
) -> Result<IndexMap<ArcStr, Template>, Fault> {
    let client = request.gateway.ec2(&request.scope).await?;
    let lone = launched.iter().filter(|i| i.group.is_none());
    let own = lone.filter_map(|i| i.template.as_ref().map(|(id, _)| (id.clone(), None)));
    let of_groups = groups.values().flatten().map(|w| (w.template.clone(), w.version.clone()));
    let mut wanted: IndexMap<String, Vec<String>> = IndexMap::new();
    for (id, version) in own.chain(of_groups) {
        let versions = wanted.entry(id).or_insert_with(|| vec!["$Latest".into(), "$Default".into()]);
        versions.extend(version.filter(|v| !v.is_empty() && !versions.contains(v)));
    }
    let mut out = IndexMap::new();
    for (id, versions) in wanted {
        pages.ask(&DESCRIBE_LAUNCH_TEMPLATE_VERSIONS).await?;
        let call = client.describe_launch_template_versions().launch_template_id(&id).set_versions(Some(versions));
        let answer = match call.send().await.map_err(|e| fault::of(&DESCRIBE_LAUNCH_TEMPLATE_VERSIONS, e)) {
            Ok(answer) => answer,
            Err(f) if f.kind == FaultKind::NotFound => continue,
            Err(f) => return Err(f),
        };
        out.insert(ArcStr::from(id), template(answer.launch_template_versions()));
    }
    Ok(out)
}

fn template(versions: &[sdk::LaunchTemplateVersion]) -> Template {
    let mut out = Template::default();
    for v in versions {
        let Some(number) = v.version_number() else { continue };
        let version = Version { number, image: v.launch_template_data().and_then(|d| d.image_id()).map(Into::into) };
        if v.default_version() == Some(true) {
            out.default = Some(version.clone());
        }
        if out.latest.as_ref().is_none_or(|l| l.number < number) {
            out.latest = Some(version.clone());
        }
        out.others.push(version);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(number: i64, image: &str) -> Version {
        Version { number, image: Some(image.into()) }
    }

    fn templates(id: &str) -> Option<Template> {
        (id == "lt-1").then(|| Template {
            latest: Some(version(5, "ami-5")),
            default: Some(version(3, "ami-3")),
            others: vec![version(4, "ami-3")],
        })
    }

    fn launched(template: Option<(&str, i64)>, image: &str) -> Launched {
        let template = template.map(|(id, n)| (id.to_string(), n));
        Launched { id: "i-1".into(), image: Some(image.into()), template, group: None }
    }

    fn told(template: Option<(&str, i64)>, image: &str, group: Option<(&str, Option<&str>)>) -> Verdict {
        let wanted = group.map(|(id, v)| Wanted { template: id.into(), version: v.map(Into::into) });
        verdict(&launched(template, image), wanted.as_ref().map(Ok), templates)
    }

    #[test]
    fn one_without_a_group_is_behind_the_newest_version_of_its_template() {
        let behind = |text: &str| Verdict::Behind(text.into());
        assert_eq!(told(Some(("lt-1", 3)), "ami-3", None), behind("template v3, newest v5 (image ami-5)"));
        assert_eq!(told(Some(("lt-1", 4)), "ami-5", None), behind("template v4, newest v5"));
        assert_eq!(told(Some(("lt-1", 5)), "ami-5", None), Verdict::Not);
        assert_eq!(told(None, "ami-1", None), Verdict::Not, "nothing to be behind in");
        assert_eq!(told(Some(("lt-gone", 3)), "ami-3", None), Verdict::Unknown, "never called up to date");
    }

    #[test]
    fn a_member_is_held_to_what_its_group_launches_and_to_nothing_newer() {
        let behind = |text: &str| Verdict::Behind(text.into());
        let latest = Some(("lt-1", Some("$Latest")));
        let default = Some(("lt-1", None));
        assert_eq!(told(Some(("lt-1", 3)), "ami-3", latest), behind("template v3, its group's v5 (image ami-5)"));
        assert_eq!(told(Some(("lt-1", 3)), "ami-3", default), Verdict::Not);
        assert_eq!(told(Some(("lt-1", 3)), "ami-3", Some(("lt-1", Some("4")))), behind("template v3, its group's v4"));
        assert_eq!(told(Some(("lt-0", 9)), "ami-3", default), behind("template lt-0, its group's is lt-1"));
        assert_eq!(told(Some(("lt-1", 3)), "ami-3", Some(("lt-1", Some("77")))), Verdict::Unknown);
        assert_eq!(told(None, "ami-1", default), behind("image ami-1, its group's is ami-3"));
        assert_eq!(told(None, "ami-3", default), Verdict::Not);
        let no_template = verdict(&launched(Some(("lt-1", 3)), "ami-3"), Some(Err(())), templates);
        assert_eq!(no_template, Verdict::Unknown);
    }
}
