//! The ordered lists of all kinds and all actions, handed down to the floors above.

use super::action::{Action, Sender};
use super::connect::Connects;
use super::listing::KindDef;
use super::mend::{Mend, Mends};
use super::row_page::RowPage;
use super::{autoscaling, cloudtrail, cloudwatch, derived, ec2, elbv2, s3};
use crate::base::text::{suggest, visible};
use crate::model::{Kind, KindInfo, Operation, Record};

/// Every kind and action.
#[derive(Clone, Copy)]
pub struct Registry {
    /// In the order in which the palette and the docs list them.
    pub kinds: &'static [&'static KindDef],
    /// Within a group of the action menu, and in the docs, they stand in this order.
    pub actions: &'static [&'static Action],
}

/// All that this program knows.
pub static ALL: Registry = Registry { kinds: KINDS, actions: ACTIONS };

static ACTIONS: &[&Action] = &[
    &ec2::launch::LAUNCH,
    &ec2::actions::START,
    &ec2::actions::STOP,
    &ec2::actions::HIBERNATE,
    &ec2::actions::REBOOT,
    &ec2::actions::RESCHEDULE_EVENT,
    &ec2::actions::ROLL,
    &ec2::actions::CHANGE_TYPE,
    &ec2::actions::ASSOCIATE_AN_ADDRESS,
    &ec2::image_actions::CREATE,
    &ec2::launch::LAUNCH_MORE,
    &ec2::launch::TEMPLATE_OF_INSTANCE,
    &ec2::actions::TERMINATE,
    &ec2::actions::EDIT_USER_DATA,
    &ec2::actions::CHANGE_GROUPS,
    &ec2::actions::CHANGE_PROFILE,
    &ec2::actions::CHANGE_PROTECTION,
    &ec2::actions::CHANGE_METADATA,
    &ec2::actions::CHANGE_CREDITS,
    &ec2::actions::CHANGE_SOURCE_DEST_CHECK,
    &ec2::actions::TAGS,
    &ec2::volume_actions::CREATE,
    &ec2::volume_actions::MODIFY,
    &ec2::volume_actions::ATTACH,
    &ec2::volume_actions::DETACH,
    &ec2::snapshot_actions::CREATE,
    &ec2::volume_actions::DELETE,
    &ec2::actions::tags::OF_VOLUMES,
    &ec2::launch::LAUNCH_IMAGE,
    &ec2::image_actions::SHARE,
    &ec2::image_actions::COPY,
    &ec2::image_actions::DEREGISTER,
    &ec2::actions::tags::OF_IMAGES,
    &ec2::snapshot_actions::RESTORE,
    &ec2::snapshot_actions::SHARE,
    &ec2::snapshot_actions::COPY,
    &ec2::snapshot_actions::DELETE,
    &ec2::actions::tags::OF_SNAPSHOTS,
    &ec2::launch::CREATE_TEMPLATE,
    &ec2::launch::LAUNCH_TEMPLATE,
    &ec2::launch::NEW_VERSION,
    &ec2::template_actions::SET_DEFAULT,
    &ec2::template_actions::DELETE,
    &ec2::actions::tags::OF_LAUNCH_TEMPLATES,
    &ec2::launch::LAUNCH_VERSION,
    &ec2::launch::VERSION_OF_VERSION,
    &ec2::template_actions::SET_DEFAULT_VERSION,
    &ec2::template_actions::DELETE_VERSIONS,
    &ec2::spot_actions::CANCEL,
    &ec2::address_actions::ALLOCATE,
    &ec2::address_actions::ASSOCIATE,
    &ec2::address_actions::DISASSOCIATE,
    &ec2::address_actions::RELEASE,
    &ec2::actions::tags::OF_ADDRESSES,
    &ec2::key_pair_actions::CREATE,
    &ec2::key_pair_actions::IMPORT,
    &ec2::key_pair_actions::DELETE,
    &ec2::actions::tags::OF_KEY_PAIRS,
    &ec2::group_actions::CREATE,
    &ec2::group_actions::RULES,
    &ec2::group_actions::COPY,
    &ec2::group_actions::DELETE,
    &ec2::actions::tags::OF_SECURITY_GROUPS,
    &ec2::actions::tags::OF_RULES,
    &ec2::actions::CHANGE_GROUPS_OF_INTERFACES,
    &ec2::interface_actions::DELETE,
    &ec2::actions::tags::OF_INTERFACES,
    &ec2::gateway_actions::CREATE,
    &ec2::gateway_actions::ATTACH,
    &ec2::gateway_actions::DETACH,
    &ec2::gateway_actions::DELETE,
    &ec2::actions::tags::OF_INTERNET_GATEWAYS,
    &ec2::network_actions::CREATE_NAT_GATEWAY,
    &ec2::network_actions::DELETE_NAT_GATEWAYS,
    &ec2::actions::tags::OF_NAT_GATEWAYS,
    &ec2::network_actions::CREATE_EGRESS_ONLY,
    &ec2::network_actions::DELETE_EGRESS_ONLY,
    &ec2::actions::tags::OF_EGRESS_ONLY_GATEWAYS,
    &ec2::network_actions::REQUEST_PEERING,
    &ec2::network_actions::ACCEPT_PEERING,
    &ec2::network_actions::REJECT_PEERING,
    &ec2::network_actions::DELETE_PEERING,
    &ec2::actions::tags::OF_PEERINGS,
    &ec2::actions::tags::OF_TRANSIT_GATEWAY_ATTACHMENTS,
    &ec2::network_actions::CREATE_ENDPOINT,
    &ec2::network_actions::DELETE_ENDPOINTS,
    &ec2::actions::tags::OF_ENDPOINTS,
    &ec2::network_actions::CREATE_PREFIX_LIST,
    &ec2::network_actions::EDIT_PREFIX_LIST,
    &ec2::network_actions::DELETE_PREFIX_LISTS,
    &ec2::actions::tags::OF_PREFIX_LISTS,
    &ec2::network_actions::CREATE_DHCP_OPTIONS,
    &ec2::network_actions::ASSOCIATE_DHCP_OPTIONS,
    &ec2::network_actions::DELETE_DHCP_OPTIONS,
    &ec2::actions::tags::OF_DHCP_OPTIONS,
    &ec2::network_actions::CREATE_FLOW_LOG,
    &ec2::network_actions::DELETE_FLOW_LOGS,
    &ec2::actions::tags::OF_FLOW_LOGS,
    &ec2::route_actions::CREATE,
    &ec2::route_actions::EDIT,
    &ec2::route_actions::ASSOCIATE,
    &ec2::route_actions::DISASSOCIATE,
    &ec2::route_actions::SET_MAIN,
    &ec2::route_actions::DELETE,
    &ec2::actions::tags::OF_ROUTE_TABLES,
    &ec2::route_actions::REPLACE,
    &ec2::route_actions::DELETE_ROUTES,
    &ec2::acl_actions::CREATE,
    &ec2::acl_actions::EDIT,
    &ec2::acl_actions::ASSOCIATE,
    &ec2::acl_actions::DELETE,
    &ec2::actions::tags::OF_NETWORK_ACLS,
    &ec2::acl_actions::DELETE_ENTRIES,
    &ec2::vpc_actions::CREATE,
    &ec2::network_actions::CREATE_DEFAULT_VPC,
    &ec2::vpc_actions::CHANGE_DNS,
    &ec2::vpc_actions::ADD_CIDR,
    &ec2::vpc_actions::REMOVE_CIDR,
    &ec2::network_actions::OF_VPCS,
    &ec2::vpc_actions::DELETE,
    &ec2::actions::tags::OF_VPCS,
    &ec2::subnet_actions::CREATE,
    &ec2::subnet_actions::CHANGE_PUBLIC_IP,
    &ec2::network_actions::OF_SUBNETS,
    &ec2::subnet_actions::DELETE,
    &ec2::actions::tags::OF_SUBNETS,
    &elbv2::balancer_actions::DELETE,
    &elbv2::actions::REGISTER,
    &elbv2::actions::DEREGISTER,
    &autoscaling::actions::SET_DESIRED,
    &s3::download::DOWNLOAD,
    &cloudwatch::actions::ENABLE,
    &cloudwatch::actions::DISABLE,
];

static KINDS: &[&KindDef] = &[
    &ec2::instances::KIND,
    &ec2::volumes::KIND,
    &ec2::images::KIND,
    &ec2::snapshots::KIND,
    &ec2::launch_templates::KIND,
    &ec2::launch_template_versions::KIND,
    &ec2::instance_types::KIND,
    &ec2::spot_requests::KIND,
    &ec2::spot_prices::KIND,
    &ec2::security_groups::KIND,
    &ec2::security_group_rules::KIND,
    &ec2::network_interfaces::KIND,
    &ec2::addresses::KIND,
    &ec2::key_pairs::KIND,
    &ec2::vpcs::KIND,
    &ec2::subnets::KIND,
    &ec2::internet_gateways::KIND,
    &ec2::nat_gateways::KIND,
    &ec2::egress_only_gateways::KIND,
    &ec2::peerings::KIND,
    &ec2::transit_gateway_attachments::KIND,
    &ec2::endpoints::KIND,
    &ec2::route_tables::KIND,
    &ec2::routes::KIND,
    &ec2::network_acls::KIND,
    &ec2::network_acl_entries::KIND,
    &ec2::prefix_lists::KIND,
    &ec2::dhcp_options::KIND,
    &ec2::flow_logs::KIND,
    &ec2::regions::KIND,
    &ec2::availability_zones::KIND,
    &elbv2::load_balancers::KIND,
    &elbv2::target_groups::KIND,
    &elbv2::targets::KIND,
    &autoscaling::auto_scaling_groups::KIND,
    &autoscaling::activities::KIND,
    &s3::buckets::KIND,
    &s3::objects::KIND,
    &cloudwatch::alarms::KIND,
    &cloudwatch::metrics::KIND,
    &derived::found::KIND,
    &derived::doctor::KIND,
    &derived::why::KIND,
    &derived::map::KIND,
    &cloudtrail::trail::KIND,
    &derived::waste::KIND,
    // Side tables.
    &ec2::instance_statuses::KIND,
    &ec2::instance_volumes::KIND,
    &ec2::volume_modifications::KIND,
    &ec2::permissions::KIND_OF_IMAGES,
    &ec2::permissions::KIND_OF_SNAPSHOTS,
    &ec2::instance_protection::KIND,
    &ec2::instance_profiles::KIND,
    &ec2::instance_credits::KIND,
    &ec2::instance_spot::KIND,
    &ec2::instance_behind::KIND,
    &ec2::instance_user_data::KIND,
    &ec2::instance_pages::console_output::KIND,
    &ec2::instance_pages::screenshot::KIND,
    &ec2::instance_pages::windows_password::KIND,
    &ec2::security_group_usage::KIND,
    &ec2::prefix_list_entries::KIND,
    &ec2::subnet_routing::KIND,
    &ec2::vpc_attributes::KIND,
    &ec2::route_targets::KIND,
    &ec2::instance_type_zones::KIND,
    &derived::overview::KIND,
    &cloudwatch::instance_alarms::KIND,
    &cloudwatch::instance_metrics::KIND,
    &cloudwatch::instance_traffic::KIND,
    &cloudwatch::instance_charts::KIND,
    &cloudwatch::burstable_charts::KIND,
    &cloudwatch::alarm_charts::KIND,
    &elbv2::target_group_health::KIND,
    &elbv2::load_balancer_listeners::KIND,
    &elbv2::tags::OF_LOAD_BALANCERS,
    &elbv2::tags::OF_TARGET_GROUPS,
    &s3::bucket_tags::KIND,
    &cloudwatch::alarm_tags::KIND,
];

/// The kinds whose rows can be connected to.
static CONNECTS: &[&Connects] = &[&ec2::connect::CONNECTS];

/// The pages of rows, in the order of the menu.
static PAGES: &[&RowPage] = &[
    &ec2::instance_pages::console_output::PAGE,
    &ec2::instance_pages::screenshot::PAGE,
    &ec2::instance_pages::windows_password::PAGE,
];

/// The kinds whose rows say what mends them.
static MENDS: &[&Mends] = &[&derived::doctor::MENDS, &derived::why::MENDS, &derived::waste::MENDS];

impl Registry {
    /// The action that mends what a row says, if there is one.
    pub fn mend(&self, row: &Record) -> Option<Mend> {
        MENDS.iter().find(|m| std::ptr::eq(m.kind, row.kind.0)).and_then(|m| (m.mend)(row))
    }
    /// What Enter does on a row, if its kind has a word for that and the row an action.
    pub fn mend_verb(&self, row: &Record) -> Option<&'static str> {
        let mends = MENDS.iter().find(|m| std::ptr::eq(m.kind, row.kind.0))?;
        mends.verb.filter(|_| (mends.mend)(row).is_some())
    }
    /// How rows of a kind are connected to, if they can be.
    pub fn connects(&self, kind: &KindInfo) -> Option<&'static Connects> {
        CONNECTS.iter().find(|c| std::ptr::eq(c.kind, kind)).copied()
    }
    /// The pages that rows of a kind have.
    pub fn pages(&self, kind: &KindInfo) -> impl Iterator<Item = &'static RowPage> {
        PAGES.iter().filter(move |p| std::ptr::eq(p.kind, kind)).copied()
    }
    /// The names of the kinds whose rows have such a page.
    pub fn kinds_with_page(&self, name: &str) -> impl Iterator<Item = &'static str> {
        PAGES.iter().filter(move |p| p.name == name).map(|p| p.kind.name)
    }
    /// A kind by its name or an alias.
    pub fn kind(&self, name: &str) -> Option<&'static KindDef> {
        self.kinds
            .iter()
            .find(|k| k.info.name == name)
            .or_else(|| self.kinds.iter().find(|k| k.info.aliases.contains(&name)))
            .copied()
    }
    /// A kind's definition by its info.
    pub fn def(&self, kind: Kind) -> Option<&'static KindDef> {
        self.kinds.iter().find(|k| Kind(k.info) == kind).copied()
    }
    /// The actions on rows of a kind, in the order of the menu: group by group.
    pub fn actions_of(&self, kind: Kind) -> impl Iterator<Item = &'static Action> + '_ {
        let mut actions: Vec<_> = self.actions.iter().filter(|a| a.kind == kind.name).copied().collect();
        actions.sort_by_key(|a| a.group);
        actions.into_iter()
    }
    /// An action on a kind by its name.
    pub fn action(&self, kind: Kind, name: &str) -> Option<&'static Action> {
        self.actions_of(kind).find(|a| a.name == name)
    }
    /// What the actions and the ways to connect may call: once for each that declares it.
    pub fn senders(&self) -> impl Iterator<Item = &'static Sender> + '_ {
        let connects = CONNECTS.iter().flat_map(|c| c.operations);
        self.actions.iter().flat_map(|a| a.operations).chain(connects).copied()
    }
    /// What sends an operation.
    pub fn sender(&self, op: &Operation) -> Option<&'static Sender> {
        self.senders().find(|s| s.op == *op)
    }
    /// Every declared operation, without repetition, in the order of the kinds and then of the actions.
    pub fn operations(&self) -> Vec<&'static Operation> {
        let mut out: Vec<&'static Operation> = Vec::new();
        let all = self.kinds.iter().flat_map(|k| k.info.operations).copied().chain(self.senders().map(|s| &s.op));
        for op in all {
            if !out.iter().any(|o| o.service == op.service && o.name == op.name) {
                out.push(op);
            }
        }
        out
    }
    /// One sentence for a kind that does not exist, with the nearest one that does.
    pub fn unknown_kind(&self, word: &str) -> String {
        let names = self.kinds.iter().filter(|k| !k.info.side).map(|k| k.info.name);
        format!("There is no kind {}.{}", visible(word), suggest(word, names))
    }
}

#[cfg(test)]
mod tests;
