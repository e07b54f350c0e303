//! Groups of actions: under which heading of the menu an action stands.

/// A heading of an action menu. The order of the variants is the order in the menu; within a group it is the registry's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MenuGroup {
    /// Makes something that is not there yet: launch, create, allocate, import.
    New,
    /// What it does now: start, stop, reboot, switched on or off.
    State,
    /// What it is: type, size, user data, protection, metadata options.
    Settings,
    /// Its volumes, and what a volume is attached to.
    Disks,
    /// Addresses, interfaces, gateways, targets.
    Network,
    /// Who may reach it and what it may do: security groups and their rules, roles.
    Access,
    /// Images, snapshots and templates that are made of it, and where they are copied.
    Images,
    /// What an object store holds: download, upload.
    Files,
    /// Its tags.
    Tags,
    /// Ends it for good: terminate, delete, release.
    Delete,
}

impl MenuGroup {
    /// The heading.
    pub const fn title(self) -> &'static str {
        match self {
            MenuGroup::New => "New",
            MenuGroup::State => "State",
            MenuGroup::Settings => "Settings",
            MenuGroup::Disks => "Disks",
            MenuGroup::Network => "Network",
            MenuGroup::Access => "Access",
            MenuGroup::Images => "Images",
            MenuGroup::Files => "Files",
            MenuGroup::Tags => "Tags",
            MenuGroup::Delete => "Delete",
        }
    }
}
