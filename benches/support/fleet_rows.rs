//! The XML of one item of each kind that the server knows, as EC2 writes it: names and ids of its own, the rest shared by few or many.
//!
//! `i` is the item's place on its page; [`NUMBER`] stands where the page's number goes.

use std::fmt::Write as _;

use super::fleet::{NUMBER, PAGE};

/// One instance's checks, as EC2 writes them.
pub(super) fn status(out: &mut String, id: &str) {
    let summary = "<status>ok</status><details><item><name>reachability</name><status>passed</status></item></details>";
    let _ = write!(
        out,
        "<item><instanceId>{id}</instanceId><availabilityZone>ap-northeast-2a</availabilityZone>\
         <availabilityZoneId>apne2-az1</availabilityZoneId><instanceState><code>16</code><name>running</name></instanceState>\
         <systemStatus>{summary}</systemStatus><instanceStatus>{summary}</instanceStatus>\
         <attachedEbsStatus>{summary}</attachedEbsStatus></item>"
    );
}

/// One volume, as EC2 writes it: two of three are attached.
pub(super) fn volume(out: &mut String, i: usize) {
    let (vol, zone, ty) = (format!("vol-0b{NUMBER}c{i:04}e4d2f"), ["a", "b", "c"][i % 3], ["gp3", "gp2", "io2"][i % 3]);
    let attached = format!(
        "<item><volumeId>{vol}</volumeId><instanceId>{}</instanceId><device>/dev/sd{}</device><status>attached</status>\
         <attachTime>2026-01-02T03:04:05.000Z</attachTime><deleteOnTermination>false</deleteOnTermination></item>",
        id(i),
        ["f", "g", "h"][i % 3],
    );
    let (state, attachments) = if i % 3 == 2 { ("available", "") } else { ("in-use", attached.as_str()) };
    let _ = write!(
        out,
        "<item><volumeId>{vol}</volumeId><size>{}</size><snapshotId/><availabilityZone>ap-northeast-2{zone}</availabilityZone>\
         <status>{state}</status><createTime>2026-01-02T03:04:05.000Z</createTime><attachmentSet>{attachments}</attachmentSet>\
         <tagSet><item><key>Name</key><value>data-{NUMBER}-{i:04}</value></item></tagSet><volumeType>{ty}</volumeType>\
         <iops>3000</iops><encrypted>true</encrypted><multiAttachEnabled>false</multiAttachEnabled><throughput>125</throughput></item>",
        8 + i % 200,
    );
}

/// The `i`th instance's id on its page.
pub fn id(i: usize) -> String {
    format!("i-0a{NUMBER}c{i:04}e4d2f")
}

/// Which instance has this id.
pub(super) fn number_of(id: &str) -> Option<usize> {
    let (page, at) = id.strip_prefix("i-0a")?.strip_suffix("e4d2f")?.split_once('c')?;
    Some(page.parse::<usize>().ok()? * PAGE + at.parse::<usize>().ok()?)
}

/// The private address of the `i`th instance on its page. One on each page has the same; of its own is only the DNS name.
pub fn private_ip(i: usize) -> String {
    format!("10.{}.{}.{}", i % 250, i / 250, i % 199 + 4)
}

/// The name of the `i`th instance on the page of this number.
pub fn name(page: &str, i: usize) -> String {
    format!("fleet-{}-{page}-{i:04}", ROLES[i % ROLES.len()])
}

/// What instances are for.
const ROLES: [&str; 6] = ["web", "api", "batch", "db", "cache", "queue"];

/// One reservation with one instance, as EC2 writes them: names and ids of its own, the rest shared by few or many.
pub(super) fn instance(out: &mut String, i: usize) {
    let role = ROLES[i % ROLES.len()];
    let kind = ["t3.micro", "t3.large", "m6i.large", "c6i.2xlarge", "r6g.xlarge"][i % 5];
    let zone = ["a", "b", "c"][i % 3];
    let (state, code) = if i % 11 == 7 { ("stopped", 80) } else { ("running", 16) };
    let id = &id(i)[2..];
    let tag = |k: &str, v: &str| format!("<item><key>{k}</key><value>{v}</value></item>");
    let tags = [
        tag("Name", &name(NUMBER, i)),
        tag("Env", if i.is_multiple_of(4) { "prod" } else { "staging" }),
        tag("Team", ["payments", "search", "platform"][i % 3]),
        tag("aws:autoscaling:groupName", &format!("fleet-{role}")),
    ]
    .concat();
    let groups = format!(
        "<item><groupId>sg-0123456789abcde{n}</groupId><groupName>{role}</groupName></item>\
         <item><groupId>sg-0fedcba9876543210</groupId><groupName>default</groupName></item>",
        n = i % 6
    );
    let address = private_ip(i);
    let _ = write!(
        out,
        "<item><reservationId>r-{id}</reservationId><ownerId>000000000000</ownerId><groupSet/><instancesSet><item>\
         <instanceId>i-{id}</instanceId><imageId>ami-0c9c942bd7bf113a2</imageId>\
         <instanceState><code>{code}</code><name>{state}</name></instanceState>\
         <privateDnsName>ip-10-{NUMBER}-{i:04}.ap-northeast-2.compute.internal</privateDnsName>\
         <dnsName>ec2-{NUMBER}-{i:04}.ap-northeast-2.compute.amazonaws.com</dnsName><reason/><keyName>ops-2026</keyName>\
         <amiLaunchIndex>0</amiLaunchIndex><productCodes/><instanceType>{kind}</instanceType>\
         <launchTime>2026-{m:02}-{d:02}T04:12:{s:02}.000Z</launchTime>\
         <placement><availabilityZoneId>apne2-az1</availabilityZoneId><availabilityZone>ap-northeast-2{zone}</availabilityZone>\
         <groupName/><tenancy>default</tenancy></placement><monitoring><state>disabled</state></monitoring>\
         <subnetId>subnet-0a1b2c3d4e5f6000{z}</subnetId><vpcId>vpc-0a1b2c3d4e5f60718</vpcId>\
         <privateIpAddress>{address}</privateIpAddress><ipAddress>3.{ip1}.{ip2}.{ip3}</ipAddress>\
         <sourceDestCheck>true</sourceDestCheck><groupSet>{groups}</groupSet><architecture>x86_64</architecture>\
         <rootDeviceType>ebs</rootDeviceType><rootDeviceName>/dev/xvda</rootDeviceName><blockDeviceMapping><item>\
         <deviceName>/dev/xvda</deviceName><ebs><volumeId>vol-{id}</volumeId><status>attached</status>\
         <attachTime>2026-01-02T03:04:05.000Z</attachTime><deleteOnTermination>true</deleteOnTermination></ebs></item>\
         </blockDeviceMapping><virtualizationType>hvm</virtualizationType><clientToken>{id}</clientToken><tagSet>{tags}</tagSet>\
         <hypervisor>xen</hypervisor><networkInterfaceSet><item><networkInterfaceId>eni-{id}</networkInterfaceId>\
         <subnetId>subnet-0a1b2c3d4e5f6000{z}</subnetId><vpcId>vpc-0a1b2c3d4e5f60718</vpcId><description/><ownerId>000000000000</ownerId>\
         <status>in-use</status><macAddress>02:1a:2b:3c:4d:5e</macAddress><privateIpAddress>{address}</privateIpAddress>\
         <sourceDestCheck>true</sourceDestCheck><groupSet>{groups}</groupSet><attachment><attachmentId>eni-attach-{id}</attachmentId>\
         <deviceIndex>0</deviceIndex><status>attached</status><attachTime>2026-01-02T03:04:04.000Z</attachTime>\
         <deleteOnTermination>true</deleteOnTermination><networkCardIndex>0</networkCardIndex></attachment>\
         <association><publicIp>3.{ip1}.{ip2}.{ip3}</publicIp><publicDnsName/><ipOwnerId>amazon</ipOwnerId></association>\
         <privateIpAddressesSet><item><privateIpAddress>{address}</privateIpAddress><primary>true</primary></item>\
         </privateIpAddressesSet><ipv6AddressesSet/><interfaceType>interface</interfaceType></item></networkInterfaceSet>\
         <iamInstanceProfile><arn>arn:aws:iam::000000000000:instance-profile/{role}</arn><id>AIPAEXAMPLE{r}</id></iamInstanceProfile>\
         <ebsOptimized>false</ebsOptimized><enaSupport>true</enaSupport><cpuOptions><coreCount>1</coreCount>\
         <threadsPerCore>2</threadsPerCore></cpuOptions><capacityReservationSpecification>\
         <capacityReservationPreference>open</capacityReservationPreference></capacityReservationSpecification>\
         <hibernationOptions><configured>false</configured></hibernationOptions><metadataOptions><state>applied</state>\
         <httpTokens>required</httpTokens><httpPutResponseHopLimit>2</httpPutResponseHopLimit><httpEndpoint>enabled</httpEndpoint>\
         <httpProtocolIpv6>disabled</httpProtocolIpv6><instanceMetadataTags>disabled</instanceMetadataTags></metadataOptions>\
         <enclaveOptions><enabled>false</enabled></enclaveOptions><platformDetails>Linux/UNIX</platformDetails>\
         <usageOperation>RunInstances</usageOperation><usageOperationUpdateTime>2026-01-02T03:04:04.000Z</usageOperationUpdateTime>\
         <privateDnsNameOptions><hostnameType>ip-name</hostnameType><enableResourceNameDnsARecord>false</enableResourceNameDnsARecord>\
         <enableResourceNameDnsAAAARecord>false</enableResourceNameDnsAAAARecord></privateDnsNameOptions>\
         <maintenanceOptions><autoRecovery>default</autoRecovery></maintenanceOptions><currentInstanceBootMode>legacy-bios\
         </currentInstanceBootMode></item></instancesSet></item>",
        m = i % 11 + 1,
        d = i % 28 + 1,
        s = i % 60,
        z = i % 3,
        r = i % 6,
        ip1 = i % 250,
        ip2 = i / 250,
        ip3 = i % 199 + 4,
    );
}

/// One image of one's own, with the snapshot that it is made of.
pub(super) fn image(out: &mut String, i: usize) {
    image_of(out, i, ["web", "api", "batch", "db"][i % 4], "");
}

/// One of a maker's.
pub(super) fn found_image(out: &mut String, i: usize) {
    image_of(out, i, "al2023-ami-2023.9", "<imageOwnerAlias>amazon</imageOwnerAlias>");
}

fn image_of(out: &mut String, i: usize, role: &str, alias: &str) {
    let arch = if i % 4 == 3 { "arm64" } else { "x86_64" };
    let _ = write!(
        out,
        "<item><imageId>ami-0a{NUMBER}c{i:04}e4d2f</imageId><imageLocation>000000000000/{role}-{NUMBER}-{i:04}</imageLocation>\
         <imageState>available</imageState><imageOwnerId>000000000000</imageOwnerId>\
         <creationDate>2026-{m:02}-{d:02}T04:12:{s:02}.000Z</creationDate><isPublic>false</isPublic>{alias}\
         <architecture>{arch}</architecture><imageType>machine</imageType><name>{role}-{NUMBER}-{i:04}</name>\
         <description>Nightly build of {role}</description><rootDeviceType>ebs</rootDeviceType>\
         <rootDeviceName>/dev/xvda</rootDeviceName><blockDeviceMapping><item><deviceName>/dev/xvda</deviceName><ebs>\
         <snapshotId>snap-0a{NUMBER}c{i:04}e4d2f</snapshotId><volumeSize>8</volumeSize>\
         <deleteOnTermination>true</deleteOnTermination><volumeType>gp3</volumeType><encrypted>false</encrypted></ebs></item>\
         </blockDeviceMapping><virtualizationType>hvm</virtualizationType><tagSet><item><key>Team</key><value>platform</value>\
         </item></tagSet><hypervisor>xen</hypervisor><enaSupport>true</enaSupport><sriovNetSupport>simple</sriovNetSupport>\
         <bootMode>uefi-preferred</bootMode><platformDetails>Linux/UNIX</platformDetails>\
         <usageOperation>RunInstances</usageOperation><imdsSupport>v2.0</imdsSupport></item>",
        m = i % 11 + 1,
        d = i % 28 + 1,
        s = i % 60,
    );
}

/// One snapshot of a volume.
pub(super) fn snapshot(out: &mut String, i: usize) {
    let _ = write!(
        out,
        "<item><snapshotId>snap-0a{NUMBER}c{i:04}e4d2f</snapshotId><volumeId>vol-0b{NUMBER}c{i:04}e4d2f</volumeId>\
         <status>completed</status><startTime>2026-{m:02}-{d:02}T04:12:{s:02}.000Z</startTime>\
         <completionTime>2026-{m:02}-{d:02}T04:22:{s:02}.000Z</completionTime><progress>100%</progress>\
         <ownerId>000000000000</ownerId><volumeSize>{size}</volumeSize><fullSnapshotSizeInBytes>{full}</fullSnapshotSizeInBytes>\
         <description>Created by the nightly policy</description><encrypted>true</encrypted><storageTier>standard</storageTier>\
         <tagSet><item><key>Name</key><value>nightly-{NUMBER}-{i:04}</value></item></tagSet></item>",
        m = i % 11 + 1,
        d = i % 28 + 1,
        s = i % 60,
        size = 8 + i % 200,
        full = (1 + i % 200) << 30,
    );
}

/// One rule of one of a hundred groups.
pub(super) fn rule(out: &mut String, i: usize) {
    let port = [22, 80, 443, 5432, 3306][i % 5];
    let peer = if i.is_multiple_of(3) {
        format!(
            "<referencedGroupInfo><groupId>sg-0123456789abcde{:02}</groupId><userId>000000000000</userId></referencedGroupInfo>",
            i % 100
        )
    } else {
        format!("<cidrIpv4>10.{}.{}.0/24</cidrIpv4>", i % 250, i / 250)
    };
    let _ = write!(
        out,
        "<item><securityGroupRuleId>sgr-0a{NUMBER}c{i:04}e4d2f</securityGroupRuleId>\
         <groupId>sg-0123456789abcde{group:02}</groupId><groupOwnerId>000000000000</groupOwnerId><isEgress>false</isEgress>\
         <ipProtocol>tcp</ipProtocol><fromPort>{port}</fromPort><toPort>{port}</toPort>{peer}\
         <description>door {NUMBER}-{i:04}</description><tagSet/></item>",
        group = i / 10,
    );
}

/// One of 800 instance types: eight sizes of a hundred families.
pub(super) fn instance_type(out: &mut String, i: usize) {
    let name = type_name(i);
    let arch = if i / 8 % 4 == 3 { "arm64" } else { "x86_64" };
    let vcpus = 1 << (i % 8);
    let _ = write!(
        out,
        "<item><instanceType>{name}</instanceType><currentGeneration>true</currentGeneration>\
         <freeTierEligible>false</freeTierEligible><supportedUsageClasses><item>on-demand</item><item>spot</item>\
         </supportedUsageClasses><supportedRootDeviceTypes><item>ebs</item></supportedRootDeviceTypes><bareMetal>false</bareMetal>\
         <hypervisor>nitro</hypervisor><processorInfo><supportedArchitectures><item>{arch}</item></supportedArchitectures>\
         <sustainedClockSpeedInGhz>3.1</sustainedClockSpeedInGhz><manufacturer>Intel</manufacturer></processorInfo>\
         <vCpuInfo><defaultVCpus>{vcpus}</defaultVCpus><defaultCores>{vcpus}</defaultCores>\
         <defaultThreadsPerCore>1</defaultThreadsPerCore></vCpuInfo><memoryInfo><sizeInMiB>{memory}</sizeInMiB></memoryInfo>\
         <instanceStorageSupported>false</instanceStorageSupported><networkInfo><networkPerformance>Up to 12.5 Gigabit\
         </networkPerformance><maximumNetworkInterfaces>4</maximumNetworkInterfaces>\
         <ipv4AddressesPerInterface>15</ipv4AddressesPerInterface><ipv6Supported>true</ipv6Supported><enaSupport>required\
         </enaSupport></networkInfo><hibernationSupported>false</hibernationSupported>\
         <burstablePerformanceSupported>false</burstablePerformanceSupported></item>",
        memory = vcpus * 4096,
    );
}

/// One type in one zone.
pub(super) fn offering(out: &mut String, i: usize) {
    let _ = write!(
        out,
        "<item><instanceType>{}</instanceType><locationType>availability-zone</locationType>\
         <location>ap-northeast-2a</location></item>",
        type_name(i),
    );
}

/// What a launch stands in: the default VPC, its subnet and its group.
pub(super) fn network(action: &str) -> Option<String> {
    let (set, item) = match action {
        "DescribeVpcs" => (
            "vpcSet",
            "<vpcId>vpc-0a1b2c3d4e5f60718</vpcId><ownerId>000000000000</ownerId><state>available</state>\
             <cidrBlock>172.31.0.0/16</cidrBlock><isDefault>true</isDefault>",
        ),
        "DescribeSubnets" => (
            "subnetSet",
            "<subnetId>subnet-0a1b2c3d4e5f60001</subnetId><state>available</state><vpcId>vpc-0a1b2c3d4e5f60718</vpcId>\
             <cidrBlock>172.31.0.0/20</cidrBlock><availableIpAddressCount>4091</availableIpAddressCount>\
             <availabilityZone>ap-northeast-2a</availabilityZone><defaultForAz>true</defaultForAz>\
             <mapPublicIpOnLaunch>true</mapPublicIpOnLaunch>",
        ),
        "DescribeSecurityGroups" => (
            "securityGroupInfo",
            "<ownerId>000000000000</ownerId><groupId>sg-0fedcba9876543210</groupId><groupName>default</groupName>\
             <groupDescription>default VPC security group</groupDescription><vpcId>vpc-0a1b2c3d4e5f60718</vpcId>",
        ),
        _ => return None,
    };
    Some(format!(
        "<{action}Response xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><requestId>r</requestId>\
         <{set}><item>{item}</item></{set}></{action}Response>"
    ))
}

fn type_name(i: usize) -> String {
    const SIZES: [&str; 8] = ["medium", "large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "24xlarge"];
    if i == 0 { "t3.micro".into() } else { format!("m{}.{}", i / 8 + 1, SIZES[i % 8]) }
}
