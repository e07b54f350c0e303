//! The form of a launch: what is usual in sight, the rest folded, each field with its default. Templates and their versions are made in the same one.

use super::fields::{key_fields, profile_field, tag_table, type_field};
use super::image::{Image, image_field};
use super::network::{Named, group_fields, public_ip_field, subnet_field, zone_of};
use super::source::{Has, Source};
use super::template::{For, Given, Template, template_fields, under};
use super::template_plan::{description_field, instance_name_field, name_field};
use super::{FROM, NEW, NONE, WEB, WEB_SCRIPT, disks, hibernation, names};
use crate::base::Secret;
use crate::base::text::visible;
use crate::kinds::action::ActionContext;
use crate::kinds::ec2::actions::tags::new_tag_errors;
use crate::kinds::ec2::group_actions::create::{HTTP, HTTPS, vpc_field};
use crate::kinds::ec2::instance_types;
use crate::kinds::file_fields::lines;
use crate::kinds::plan_builder::{field, line, live, number, pick, text_of, toggle};
use crate::model::{Choice, FormField, FormSpec, FormValue, Kind, Record, TableKey, Value, Values};

/// User data in bytes, before they are encoded. <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html>
pub(super) const MOST_DATA: usize = 16_384;
/// What its file is called that the AWS CLI reads it from.
pub(super) const DATA_FILE: &str = "user-data.sh";
/// Instances at once. EC2's own limit is the account's quota of vCPUs.
const MOST: i64 = 100;
const MORE: &str = "more";

/// What the form is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Makes {
    /// Instances.
    Instances,
    /// A launch template.
    Template,
    /// A version of one.
    Version,
}

/// Everything that the form comes to, and what was found out on the way.
pub(super) struct Form {
    pub spec: FormSpec,
    /// What was put in, over what is proposed.
    pub values: Values,
    pub image: Image,
    pub template: Option<Template>,
    pub source: Source,
    pub has: Has,
}

impl Form {
    /// What the template gives, if there is one and that is known.
    pub(super) fn given(&self) -> Option<&Given> {
        self.template.as_ref()?.given.as_ref()
    }
    /// The disks that the table began with.
    pub(super) fn disks(&self) -> disks::Base<'_> {
        base(&self.image, self.template.as_ref(), &self.has)
    }
}

fn base<'a>(image: &'a Image, template: Option<&Template>, has: &Has) -> disks::Base<'a> {
    match (template, &has.disks) {
        (Some(t), _) => disks::Base::Template(image, t.given.as_ref().map(|g| g.disks.clone()).unwrap_or_default()),
        (None, Some(disks)) => disks::Base::Instance(image, disks.clone()),
        (None, None) => disks::Base::Image(image),
    }
}

pub(super) fn launch(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    form(cx, values, Makes::Instances).spec
}

pub(super) fn create_template(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    form(cx, values, Makes::Template).spec
}

pub(super) fn new_version(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    form(cx, values, Makes::Version).spec
}

fn choice(value: &str, label: &str) -> Choice {
    Choice { value: value.into(), label: label.into(), disabled: None }
}

pub(super) fn form(cx: &ActionContext<'_>, values: &Values, makes: Makes) -> Form {
    let mut needs = Vec::new();
    let source = Source::of(cx);
    let has = source.has(cx, &mut needs);
    let (is_launch, typed) = (makes == Makes::Instances, values);
    let values = &source.under(cx, values);
    let (mut template_part, template) = match makes {
        Makes::Template => (Vec::new(), None),
        Makes::Instances => template_fields(cx, values, &source, For::Launch, &mut needs),
        Makes::Version => template_fields(cx, values, &source, For::Version, &mut needs),
    };
    let given = template.as_ref().and_then(|t| t.given.as_ref());
    let values = &given.map_or_else(|| values.clone(), |g| under(cx, values, g, &mut needs));
    let mut fields = Vec::new();
    // A purpose makes defaults, which another source has already.
    let purposes = vec![choice("any", "anything"), choice(WEB, "a web server  new key and group, nginx")];
    let purpose = pick(values, (names::PURPOSE, "For"), purposes, "any", "Sets the defaults of the other fields.");
    let has_purpose = is_launch && template.is_none() && matches!(source, Source::Nothing | Source::Image(_));
    let is_web = has_purpose && text_of(&purpose) == WEB;
    if has_purpose {
        fields.push(purpose);
    }
    // What a web server has by default, unless it was said otherwise.
    let mut with = values.clone();
    if is_web {
        for door in [HTTP, HTTPS].into_iter().filter(|d| values.get(d).is_none()) {
            with.set(door, FormValue::Flag(true));
        }
    }
    let values = &with;
    let called = match makes {
        Makes::Instances => {
            let default = if is_web { "web" } else { "" };
            let mut name = line(values, names::NAME, "Name", default, "The Name tag, for the disks too; may be empty.");
            if let Some(tag) = given.and_then(|g| g.tag("instance", "Name")) {
                name.facts = format!("Empty uses the template's: {}", visible(tag));
            }
            let called = text_of(&name).trim().to_string();
            fields.push(name);
            called
        }
        Makes::Template => {
            let name = name_field(cx, typed, &source, &mut needs);
            let called = text_of(&name).trim().to_string();
            fields.extend([name, description_field(values), instance_name_field(values, &source)]);
            called
        }
        Makes::Version => {
            fields.append(&mut template_part);
            let default = toggle(values, names::MAKE_DEFAULT, "Default", "$Default then means the new version.");
            fields.extend([description_field(values), default, instance_name_field(values, &source)]);
            String::new()
        }
    };
    let may_be_none = !is_launch;
    let (image_field, image) = image_field(cx, values, template.as_ref(), may_be_none, &mut needs);
    let named = Named::of(cx, values);
    let values = &match &named.vpc {
        Some(vpc) => values.clone().with(names::VPC, FormValue::Text(vpc.clone())),
        None => values.clone(),
    };
    let mut vpc = vpc_field(cx, values, &mut needs);
    let vpc_id = text_of(&vpc);
    let place = (template.as_ref(), is_launch);
    let subnet_in = if named.subnet_anywhere { "" } else { &*vpc_id };
    let subnet = subnet_field(cx, values, subnet_in, place, &mut needs);
    if text_of(&subnet) == FROM || (!is_launch && values.get(names::VPC).is_none()) {
        // Where the template, or the launch, says the subnet, that says the VPC.
        vpc.error = None;
    }
    let at = match given.and_then(|g| g.subnet.as_ref()) {
        Some(given) if text_of(&subnet) == FROM => zone_of(cx, given),
        _ => zone_of(cx, &text_of(&subnet)),
    };
    let type_field = type_field(cx, values, (&image, at.as_deref()), (template.as_ref(), may_be_none), &mut needs);
    let ty = text_of(&type_field);
    fields.extend([image_field, type_field]);
    fields.extend(key_fields(cx, values, (&called, is_web), template.as_ref(), &mut needs));
    let public_ip = public_ip_field(cx, values, &text_of(&subnet), template.as_ref());
    fields.extend([vpc, subnet, public_ip]);
    let default = if is_launch { default_groups(cx, &vpc_id, is_web) } else { NONE.into() };
    let groups_in = if named.groups_anywhere && named.vpc.is_none() { "" } else { &*vpc_id };
    fields.extend(group_fields(cx, values, (groups_in, &called), &default, place, &mut needs));
    fields.append(&mut template_part);
    let types = TableKey::all(cx.scope.clone(), Kind(&instance_types::INFO));
    let chosen = match given.and_then(|g| g.ty.clone()) {
        Some(given) if ty == FROM => given,
        _ => ty,
    };
    let ty = cx.store.get(&types, &chosen).map(AsRef::as_ref);
    let folded = folded(cx, values, makes, (template.as_ref(), &image, &has, ty), is_web);
    fields.extend(folded.into_iter().map(|f| f.in_section(MORE)));
    let title = match (makes, &source) {
        (Makes::Instances, source) => source.title("Launch"),
        (Makes::Template, Source::Instance(t)) => format!("Create a launch template of {}", super::source::named(t)),
        (Makes::Template, _) => "Create a launch template".into(),
        (Makes::Version, _) => {
            format!("New version of {}", template.as_ref().map_or_else(String::new, |t| visible(&t.name).into_owned()))
        }
    };
    let (spec, values) = (FormSpec { title, fields, needs }, values.clone());
    Form { spec, values, image, template, source, has }
}

/// The fields of the folded section.
fn folded(
    cx: &ActionContext<'_>,
    values: &Values,
    makes: Makes,
    (template, image, has, ty): (Option<&Template>, &Image, &Has, Option<&Record>),
    is_web: bool,
) -> Vec<FormField> {
    let given = template.and_then(|t| t.given.as_ref());
    let base = base(image, template, has);
    let mut disks = disks::field(values, &base);
    if !has.no_disks.is_empty() {
        disks.facts = format!("The instance's own user data are {}.", has.no_disks);
    }
    let mut more = vec![disks];
    let data = match &has.user_data {
        Some(text) => text.clone(),
        None => Secret::new(if is_web { WEB_SCRIPT.into() } else { String::new() }),
    };
    let help =
        "A script that begins with #!, or cloud-init text, run at the first start. enter edits it, @ names a file.";
    let said = (names::USER_DATA, "User data");
    let mut user_data = lines(cx.files, values, said, (MOST_DATA, DATA_FILE), Some(&data), help);
    user_data.facts.clone_from(&has.user_data_facts);
    if given.is_some_and(|g| g.user_data) {
        user_data.facts = "From the template; text typed here replaces it.".into();
    }
    more.extend([user_data, profile_field(values, template)]);
    if makes == Makes::Instances {
        more.push(number(
            values,
            (names::COUNT, "Count"),
            (1, MOST),
            Some(1),
            "How many instances; all are launched or none.",
        ));
    }
    let from = |f: FormField, is: bool| if is { f.with_facts("From the template.") } else { f };
    let help = "Spare capacity at a lower price; EC2 may reclaim it with two minutes' notice.";
    let mut spot = from(toggle(values, names::SPOT, "Spot", help), given.is_some_and(|g| g.spot));
    let is_spot = values.flag(names::SPOT);
    if given.is_some_and(|g| g.spot) && !is_spot {
        spot.error = Some("The template asks for Spot, which a launch cannot change.".into());
    }
    more.push(spot);
    if is_spot {
        let mut most =
            line(values, names::MAX_PRICE, "Max price", "", "US dollars an hour; empty for up to the On-Demand price.");
        let text = text_of(&most);
        let is_price = text.trim().is_empty() || text.trim().parse::<f64>().is_ok_and(|p| p > 0.0 && p < 1_000.0);
        most.error = (!is_price).then(|| format!("{} is not a price in dollars, for example 0.02.", visible(&text)));
        more.push(most);
    }
    let mut tags = tag_table().into_field(values, new_tag_errors);
    if let Some(given) = given.filter(|g| !g.tags.is_empty()) {
        let own = given.tags.iter().filter(|(r, ..)| r == "instance").map(|(_, k, v)| format!("{k}={v}"));
        tags.facts = format!("In addition to the template's: {}", visible(&own.collect::<Vec<_>>().join(", ")));
    }
    more.push(tags);
    let help = "Blocks termination until it is switched off.";
    more.push(from(toggle(values, names::PROTECT, "Termination protection", help), given.is_some_and(|g| g.protect)));
    let mut tokens = vec![
        choice("required", "required"),
        choice("optional", "optional  IMDSv1 too"),
        choice("disabled", "disabled  no metadata at all"),
    ];
    if let Some(t) = template {
        let as_it_is = t.label(|g| g.imds.as_ref().map(ToString::to_string), "as the image sets it");
        tokens.insert(0, choice(FROM, &as_it_is));
    }
    let default = tokens[0].value.clone();
    let help = "Reading the instance metadata takes a session token.";
    more.push(pick(values, (names::IMDSV2, "IMDSv2"), tokens, &default, help));
    let help = "CloudWatch metrics every minute instead of every five; charged.";
    let monitoring = toggle(values, names::MONITORING, "Detailed monitoring", help);
    more.push(from(monitoring, given.is_some_and(|g| g.monitoring)));
    let basis = hibernation::Basis { ty, image, root: disks::root(values, &base), spot: is_spot };
    let hibernates = hibernation::field(values, &basis);
    let given = given.is_some_and(|g| g.hibernation) && hibernates.facts.is_empty();
    more.push(from(hibernates, given));
    more
}

/// The groups that are proposed: a new one for a web server, else the VPC's default group.
fn default_groups(cx: &ActionContext<'_>, vpc: &str, is_web: bool) -> String {
    if is_web {
        return NEW.into();
    }
    let table = TableKey::all(cx.scope.clone(), Kind(&crate::kinds::ec2::security_groups::INFO));
    let mut rows = cx.store.table(&table).into_iter().flat_map(live);
    let own = rows.find(|r| {
        *r.get(&crate::kinds::ec2::security_groups::IS_DEFAULT) == Value::Bool(true)
            && field(r, &crate::kinds::ec2::security_groups::VPC_ID) == Some(vpc)
    });
    own.map_or_else(|| NEW.to_string(), |r| r.id.to_string())
}
