//! Filters that AWS documents and that are read off the operation's answer, since no single part of a resource's state holds
//! their values. Each table is one operation's: the filter's name, and where its values stand.
//!
//! A path goes down the answer's elements (`placement/availabilityZoneId`); `=value` is what every resource has; the empty path
//! is for what no resource here has, so that the filter is known and lets nothing pass.

/// Filter names and where their values stand.
pub(super) type Documented = &'static [(&'static str, &'static str)];

/// DescribeInstances.
pub(super) const INSTANCES: Documented = &[
    ("availability-zone-id", "placement/availabilityZoneId"),
    ("block-device-mapping.attach-time", "blockDeviceMapping/item/ebs/attachTime"),
    ("boot-mode", "bootMode"),
    ("capacity-reservation-id", ""),
    (
        "capacity-reservation-specification.capacity-reservation-preference",
        "capacityReservationSpecification/capacityReservationPreference",
    ),
    ("capacity-reservation-specification.capacity-reservation-target.capacity-reservation-id", ""),
    ("capacity-reservation-specification.capacity-reservation-target.capacity-reservation-resource-group-arn", ""),
    ("current-instance-boot-mode", "currentInstanceBootMode"),
    ("ebs-optimized", "ebsOptimized"),
    ("ena-support", "enaSupport"),
    ("enclave-options.enabled", "enclaveOptions/enabled"),
    ("hibernation-options.configured", "hibernationOptions/configured"),
    ("host-id", ""),
    ("iam-instance-profile.id", "iamInstanceProfile/id"),
    ("ipv6-address", ""),
    ("kernel-id", ""),
    ("maintenance-options.auto-recovery", "maintenanceOptions/autoRecovery"),
    ("metadata-options.http-endpoint", "metadataOptions/httpEndpoint"),
    ("metadata-options.http-protocol-ipv4", "=enabled"),
    ("metadata-options.http-protocol-ipv6", "metadataOptions/httpProtocolIpv6"),
    ("metadata-options.http-put-response-hop-limit", "metadataOptions/httpPutResponseHopLimit"),
    ("metadata-options.http-tokens", "metadataOptions/httpTokens"),
    ("metadata-options.instance-metadata-tags", "metadataOptions/instanceMetadataTags"),
    ("metadata-options.state", "metadataOptions/state"),
    ("network-interface.addresses.association.allocation-id", ""),
    ("network-interface.addresses.association.association-id", ""),
    ("network-interface.addresses.association.carrier-ip", ""),
    ("network-interface.addresses.association.customer-owned-ip", ""),
    (
        "network-interface.addresses.association.ip-owner-id",
        "networkInterfaceSet/item/privateIpAddressesSet/item/association/ipOwnerId",
    ),
    (
        "network-interface.addresses.association.public-dns-name",
        "networkInterfaceSet/item/privateIpAddressesSet/item/association/publicDnsName",
    ),
    ("network-interface.addresses.primary", "networkInterfaceSet/item/privateIpAddressesSet/item/primary"),
    (
        "network-interface.addresses.private-dns-name",
        "networkInterfaceSet/item/privateIpAddressesSet/item/privateDnsName",
    ),
    ("network-interface.association.allocation-id", ""),
    ("network-interface.association.association-id", ""),
    ("network-interface.association.carrier-ip", ""),
    ("network-interface.association.customer-owned-ip", ""),
    ("network-interface.association.ip-owner-id", "networkInterfaceSet/item/association/ipOwnerId"),
    ("network-interface.association.public-dns-name", "networkInterfaceSet/item/association/publicDnsName"),
    ("network-interface.association.public-ip", "networkInterfaceSet/item/association/publicIp"),
    ("network-interface.attachment.attach-time", "networkInterfaceSet/item/attachment/attachTime"),
    ("network-interface.attachment.attachment-id", "networkInterfaceSet/item/attachment/attachmentId"),
    ("network-interface.attachment.delete-on-termination", "networkInterfaceSet/item/attachment/deleteOnTermination"),
    ("network-interface.attachment.device-index", "networkInterfaceSet/item/attachment/deviceIndex"),
    ("network-interface.attachment.instance-id", "instanceId"),
    ("network-interface.attachment.instance-owner-id", "networkInterfaceSet/item/ownerId"),
    ("network-interface.attachment.network-card-index", "networkInterfaceSet/item/attachment/networkCardIndex"),
    ("network-interface.attachment.status", "networkInterfaceSet/item/attachment/status"),
    ("network-interface.availability-zone", "placement/availabilityZone"),
    ("network-interface.deny-all-igw-traffic", ""),
    ("network-interface.description", "networkInterfaceSet/item/description"),
    ("network-interface.group-name", "networkInterfaceSet/item/groupSet/item/groupName"),
    ("network-interface.ipv4-prefixes.ipv4-prefix", ""),
    ("network-interface.ipv6-address", ""),
    ("network-interface.ipv6-addresses.ipv6-address", ""),
    ("network-interface.ipv6-addresses.is-primary-ipv6", ""),
    ("network-interface.ipv6-native", ""),
    ("network-interface.ipv6-prefixes.ipv6-prefix", ""),
    ("network-interface.mac-address", "networkInterfaceSet/item/macAddress"),
    ("network-interface.operator.managed", "=false"),
    ("network-interface.operator.principal", ""),
    ("network-interface.outpost-arn", ""),
    ("network-interface.owner-id", "networkInterfaceSet/item/ownerId"),
    ("network-interface.private-dns-name", "networkInterfaceSet/item/privateDnsName"),
    ("network-interface.private-ip-address", "networkInterfaceSet/item/privateIpAddress"),
    ("network-interface.public-dns-name", "networkInterfaceSet/item/association/publicDnsName"),
    ("network-interface.requester-id", ""),
    ("network-interface.requester-managed", "=false"),
    ("network-interface.source-dest-check", "networkInterfaceSet/item/sourceDestCheck"),
    ("network-interface.status", "networkInterfaceSet/item/status"),
    ("network-interface.tag-key", ""),
    ("network-interface.tag-value", ""),
    ("network-performance-options.bandwidth-weighting", "=default"),
    ("operator.managed", "=false"),
    ("operator.principal", ""),
    ("outpost-arn", ""),
    ("placement-partition-number", ""),
    (
        "private-dns-name-options.enable-resource-name-dns-a-record",
        "privateDnsNameOptions/enableResourceNameDnsARecord",
    ),
    (
        "private-dns-name-options.enable-resource-name-dns-aaaa-record",
        "privateDnsNameOptions/enableResourceNameDnsAAAARecord",
    ),
    ("private-dns-name-options.hostname-type", "privateDnsNameOptions/hostnameType"),
    ("product-code", ""),
    ("product-code.type", ""),
    ("ramdisk-id", ""),
    ("tpm-support", ""),
    ("usage-operation", "usageOperation"),
    ("usage-operation-update-time", "usageOperationUpdateTime"),
];

/// DescribeInstanceStatus.
pub(super) const INSTANCE_STATUS: Documented = &[
    ("application-status.status", ""),
    ("availability-zone-id", "availabilityZoneId"),
    ("operator.managed", "=false"),
    ("operator.principal", ""),
];

/// DescribeInstanceTypes.
pub(super) const INSTANCE_TYPES: Documented = &[
    ("auto-recovery-supported", "autoRecoverySupported"),
    ("dedicated-hosts-supported", "dedicatedHostsSupported"),
    ("ebs-info.attachment-limit-type", "ebsInfo/attachmentLimitType"),
    ("ebs-info.ebs-optimized-info.baseline-bandwidth-in-mbps", ""),
    ("ebs-info.ebs-optimized-info.baseline-iops", ""),
    ("ebs-info.ebs-optimized-info.baseline-throughput-in-mbps", ""),
    ("ebs-info.ebs-optimized-info.maximum-bandwidth-in-mbps", ""),
    ("ebs-info.ebs-optimized-info.maximum-iops", ""),
    ("ebs-info.ebs-optimized-info.maximum-throughput-in-mbps", ""),
    ("ebs-info.ebs-optimized-support", "ebsInfo/ebsOptimizedSupport"),
    ("ebs-info.encryption-support", "ebsInfo/encryptionSupport"),
    ("ebs-info.maximum-ebs-attachments", "ebsInfo/maximumEbsAttachments"),
    ("ebs-info.nvme-support", "ebsInfo/nvmeSupport"),
    ("hibernation-supported", "hibernationSupported"),
    ("instance-storage-info.disk.count", ""),
    ("instance-storage-info.disk.size-in-gb", ""),
    ("instance-storage-info.disk.type", ""),
    ("instance-storage-info.encryption-support", ""),
    ("instance-storage-info.nvme-support", ""),
    ("instance-storage-info.total-size-in-gb", ""),
    ("instance-storage-supported", "instanceStorageSupported"),
    ("network-info.bandwidth-weightings", "=default"),
    ("network-info.efa-info.maximum-efa-interfaces", ""),
    ("network-info.efa-supported", "networkInfo/efaSupported"),
    ("network-info.ena-support", "networkInfo/enaSupport"),
    ("network-info.encryption-in-transit-supported", "networkInfo/encryptionInTransitSupported"),
    ("network-info.flexible-ena-queues-support", "=unsupported"),
    ("network-info.ipv4-addresses-per-interface", "networkInfo/ipv4AddressesPerInterface"),
    ("network-info.ipv6-addresses-per-interface", "networkInfo/ipv6AddressesPerInterface"),
    ("network-info.ipv6-supported", "networkInfo/ipv6Supported"),
    ("network-info.maximum-network-cards", "networkInfo/maximumNetworkCards"),
    ("network-info.maximum-network-interfaces", "networkInfo/maximumNetworkInterfaces"),
    ("network-info.network-performance", "networkInfo/networkPerformance"),
    ("nitro-enclaves-support", "nitroEnclavesSupport"),
    ("nitro-tpm-info.supported-versions", ""),
    ("nitro-tpm-support", "nitroTpmSupport"),
    ("processor-info.supported-features", ""),
    ("processor-info.sustained-clock-speed-in-ghz", "processorInfo/sustainedClockSpeedInGhz"),
    ("reboot-migration-support", "=supported"),
    ("supported-boot-mode", "supportedBootModes/item"),
    ("supported-root-device-type", "supportedRootDeviceTypes/item"),
    ("supported-usage-class", "supportedUsageClasses/item"),
    ("vcpu-info.default-cores", "vCpuInfo/defaultCores"),
    ("vcpu-info.default-threads-per-core", "vCpuInfo/defaultThreadsPerCore"),
    ("vcpu-info.valid-cores", "vCpuInfo/validCores/item"),
    ("vcpu-info.valid-threads-per-core", "vCpuInfo/validThreadsPerCore/item"),
];

/// DescribeImages.
pub(super) const IMAGES: Documented = &[
    ("block-device-mapping.delete-on-termination", "blockDeviceMapping/item/ebs/deleteOnTermination"),
    ("block-device-mapping.device-name", "blockDeviceMapping/item/deviceName"),
    ("block-device-mapping.encrypted", "blockDeviceMapping/item/ebs/encrypted"),
    ("block-device-mapping.volume-size", "blockDeviceMapping/item/ebs/volumeSize"),
    ("block-device-mapping.volume-type", "blockDeviceMapping/item/ebs/volumeType"),
    ("boot-mode", "bootMode"),
    ("ena-support", "enaSupport"),
    ("free-tier-eligible", ""),
    ("image-allowed", "=true"),
    ("image-watermark.source-image-creation-time", ""),
    ("image-watermark.source-image-id", ""),
    ("image-watermark.source-image-region", ""),
    ("image-watermark.watermark-creation-time", ""),
    ("image-watermark.watermark-key", ""),
    ("instance-type-specification.supported-instance-type", ""),
    ("instance-type-specification.unsupported-instance-type", ""),
    ("kernel-id", ""),
    ("manifest-location", "imageLocation"),
    ("product-code", ""),
    ("product-code.type", ""),
    ("public-ssm-parameter-name", ""),
    ("ramdisk-id", ""),
    ("scan-result.critical-fix-available-since", ""),
    ("scan-result.finding-scan-date", ""),
    ("scan-result.high-fix-available-since", ""),
    ("scan-result.highest-finding-severity-label", ""),
    ("scan-result.informational-fix-available-since", ""),
    ("scan-result.low-fix-available-since", ""),
    ("scan-result.medium-fix-available-since", ""),
    ("source-image-id", ""),
    ("source-image-region", ""),
    ("source-instance-id", ""),
    ("sriov-net-support", ""),
    ("state-reason-code", ""),
    ("state-reason-message", ""),
];

/// DescribeNetworkInterfaces.
pub(super) const INTERFACES: Documented = &[
    ("addresses.association.owner-id", "privateIpAddressesSet/item/association/ipOwnerId"),
    ("addresses.primary", "privateIpAddressesSet/item/primary"),
    ("association.allocation-id", "association/allocationId"),
    ("association.association-id", "association/associationId"),
    ("association.ip-owner-id", "association/ipOwnerId"),
    ("association.public-dns-name", "association/publicDnsName"),
    ("attachment.attach-time", "attachment/attachTime"),
    ("attachment.attachment-id", "attachment/attachmentId"),
    ("attachment.delete-on-termination", "attachment/deleteOnTermination"),
    ("attachment.device-index", "attachment/deviceIndex"),
    ("attachment.instance-owner-id", "attachment/instanceOwnerId"),
    ("availability-zone-id", "availabilityZoneId"),
    ("ipv6-addresses.ipv6-address", ""),
    ("operator.managed", "=false"),
    ("operator.principal", ""),
    ("private-dns-name", "privateDnsName"),
    ("source-dest-check", "sourceDestCheck"),
];

/// DescribeSecurityGroups.
pub(super) const GROUPS: Documented = &[
    ("egress.ip-permission.from-port", "ipPermissionsEgress/item/fromPort"),
    ("egress.ip-permission.group-id", "ipPermissionsEgress/item/groups/item/groupId"),
    ("egress.ip-permission.group-name", ""),
    ("egress.ip-permission.ipv6-cidr", "ipPermissionsEgress/item/ipv6Ranges/item/cidrIpv6"),
    ("egress.ip-permission.prefix-list-id", "ipPermissionsEgress/item/prefixListIds/item/prefixListId"),
    ("egress.ip-permission.protocol", "ipPermissionsEgress/item/ipProtocol"),
    ("egress.ip-permission.to-port", "ipPermissionsEgress/item/toPort"),
    ("egress.ip-permission.user-id", "ipPermissionsEgress/item/groups/item/userId"),
    ("ip-permission.group-name", ""),
    ("ip-permission.ipv6-cidr", "ipPermissions/item/ipv6Ranges/item/cidrIpv6"),
    ("ip-permission.prefix-list-id", "ipPermissions/item/prefixListIds/item/prefixListId"),
    ("ip-permission.user-id", "ipPermissions/item/groups/item/userId"),
];

/// DescribeSubnets.
pub(super) const SUBNETS: Documented = &[
    ("customer-owned-ipv4-pool", ""),
    ("enable-dns64", "enableDns64"),
    ("enable-lni-at-device-index", ""),
    ("ipv6-cidr-block-association.association-id", "ipv6CidrBlockAssociationSet/item/associationId"),
    ("ipv6-cidr-block-association.ipv6-cidr-block", "ipv6CidrBlockAssociationSet/item/ipv6CidrBlock"),
    ("ipv6-cidr-block-association.state", "ipv6CidrBlockAssociationSet/item/ipv6CidrBlockState/state"),
    ("ipv6-native", "ipv6Native"),
    ("map-customer-owned-ip-on-launch", "mapCustomerOwnedIpOnLaunch"),
    ("outpost-arn", ""),
    (
        "private-dns-name-options-on-launch.enable-resource-name-dns-a-record",
        "privateDnsNameOptionsOnLaunch/enableResourceNameDnsARecord",
    ),
    (
        "private-dns-name-options-on-launch.enable-resource-name-dns-aaaa-record",
        "privateDnsNameOptionsOnLaunch/enableResourceNameDnsAAAARecord",
    ),
    ("private-dns-name-options-on-launch.hostname-type", "privateDnsNameOptionsOnLaunch/hostnameType"),
];

/// DescribeVpcs.
pub(super) const VPCS: Documented = &[
    ("cidr-block-association.association-id", "cidrBlockAssociationSet/item/associationId"),
    ("cidr-block-association.state", "cidrBlockAssociationSet/item/cidrBlockState/state"),
    ("ipv6-cidr-block-association.association-id", "ipv6CidrBlockAssociationSet/item/associationId"),
    ("ipv6-cidr-block-association.ipv6-cidr-block", "ipv6CidrBlockAssociationSet/item/ipv6CidrBlock"),
    ("ipv6-cidr-block-association.ipv6-pool", "ipv6CidrBlockAssociationSet/item/ipv6Pool"),
    ("ipv6-cidr-block-association.state", "ipv6CidrBlockAssociationSet/item/ipv6CidrBlockState/state"),
];

/// DescribeNetworkAcls.
pub(super) const ACLS: Documented = &[
    ("entry.icmp.code", "entrySet/item/icmpTypeCode/code"),
    ("entry.icmp.type", "entrySet/item/icmpTypeCode/type"),
    ("entry.port-range.from", "entrySet/item/portRange/from"),
    ("entry.port-range.to", "entrySet/item/portRange/to"),
];

/// DescribeRouteTables.
pub(super) const ROUTE_TABLES: Documented = &[("route.egress-only-internet-gateway-id", "")];

/// DescribeLaunchTemplateVersions.
pub(super) const TEMPLATE_VERSIONS: Documented = &[
    ("host-resource-group-arn", ""),
    ("http-endpoint", "launchTemplateData/metadataOptions/httpEndpoint"),
    ("http-protocol-ipv4", ""),
    ("http-tokens", "launchTemplateData/metadataOptions/httpTokens"),
    ("iam-instance-profile", "launchTemplateData/iamInstanceProfile/arn"),
    ("license-configuration-arn", ""),
    ("network-card-index", ""),
];

/// DescribeVolumes.
pub(super) const VOLUMES: Documented = &[
    ("availability-zone-id", "availabilityZoneId"),
    ("fast-restored", "=false"),
    ("operator.managed", "=false"),
    ("operator.principal", ""),
];

/// DescribeVolumesModifications.
pub(super) const MODIFICATIONS: Documented =
    &[("originalMultiAttachEnabled", "=false"), ("start-time", "startTime"), ("targetMultiAttachEnabled", "=false")];

/// DescribeSnapshots.
pub(super) const SNAPSHOTS: Documented = &[("transfer-type", "=standard")];
