//! An API operation as a kind or an action declares it. The guard lets nothing else out of the process, and the IAM
//! policies in `docs/` are generated from these declarations.

use std::fmt;

/// The services that the console speaks to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Service {
    /// Amazon EC2 (ec2Query).
    Ec2,
    /// Elastic Load Balancing v2 (awsQuery).
    Elbv2,
    /// Amazon EC2 Auto Scaling (awsQuery).
    AutoScaling,
    /// Amazon S3 (REST-XML).
    S3,
    /// Amazon CloudWatch (Smithy RPC v2 CBOR).
    CloudWatch,
    /// AWS Security Token Service (awsQuery).
    Sts,
    /// AWS CloudTrail (AWS JSON 1.1).
    CloudTrail,
    /// No service of AWS's: a program of this machine that carries out a command on an instance (`aws::programs`).
    Ssh,
    /// Amazon EC2 Instance Connect (AWS JSON 1.1).
    InstanceConnect,
}

impl Service {
    /// Every service of AWS's, in the order in which docs list them.
    pub const ALL: &'static [Service] = &[
        Service::Ec2,
        Service::Elbv2,
        Service::AutoScaling,
        Service::S3,
        Service::CloudWatch,
        Service::Sts,
        Service::CloudTrail,
        Service::InstanceConnect,
    ];

    /// The name in the SDK's operation metadata, e.g. `Elastic Load Balancing v2`.
    pub const fn sdk_id(self) -> &'static str {
        match self {
            Service::Ec2 => "EC2",
            Service::Elbv2 => "Elastic Load Balancing v2",
            Service::AutoScaling => "Auto Scaling",
            Service::S3 => "S3",
            Service::CloudWatch => "CloudWatch",
            Service::Sts => "STS",
            Service::CloudTrail => "CloudTrail",
            Service::Ssh => "ssh",
            Service::InstanceConnect => "EC2 Instance Connect",
        }
    }
    /// The AWS CLI's command: `aws ec2 …`, `aws s3api …`.
    pub const fn cli(self) -> &'static str {
        match self {
            Service::Ec2 => "ec2",
            Service::Elbv2 => "elbv2",
            Service::AutoScaling => "autoscaling",
            Service::S3 => "s3api",
            Service::CloudWatch => "cloudwatch",
            Service::Sts => "sts",
            Service::CloudTrail => "cloudtrail",
            Service::Ssh => "ssh",
            Service::InstanceConnect => "ec2-instance-connect",
        }
    }
    /// Whether it is one of AWS's: the others need no permission there, and no shape.
    pub const fn is_of_aws(self) -> bool {
        !matches!(self, Service::Ssh)
    }
    /// The prefix of IAM actions, e.g. `elasticloadbalancing` in `elasticloadbalancing:DescribeTargetHealth`.
    pub const fn iam_prefix(self) -> &'static str {
        match self {
            Service::Ec2 => "ec2",
            Service::Elbv2 => "elasticloadbalancing",
            Service::AutoScaling => "autoscaling",
            Service::S3 => "s3",
            Service::CloudWatch => "cloudwatch",
            Service::Sts => "sts",
            Service::CloudTrail => "cloudtrail",
            Service::Ssh => "",
            Service::InstanceConnect => "ec2-instance-connect",
        }
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sdk_id())
    }
}

/// Whether an operation changes anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Access {
    /// Changes nothing; always let through.
    Read,
    /// Changes the account: needs a confirmed plan's one-use permit, and is refused in read-only mode.
    Write,
}

/// What may be done when no answer comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Retry {
    /// Doing it twice is the same as doing it once: retried.
    Safe,
    /// Carries a client token: retried with the same token.
    Token,
    /// Doing it twice does it twice (RebootInstances, CreateImage…): sent once; a time-out is "outcome unknown".
    Never,
}

/// How an operation gives a whole table by itself, page by page, and rows of it by id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Paging {
    /// Rows on a page, at the most that AWS gives.
    pub rows: u32,
    /// Ids that one request may name; `None`: the table's rows cannot be asked for by id, and whoever wants some reads all pages.
    pub ids: Option<u32>,
    /// Whether a row that is on none of the pages has nothing there (an instance without alarms); if not, it is not known.
    pub absent_is_none: bool,
}

/// One declared operation. Declared once, as a `static`, beside the kind or action that sends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Operation {
    /// The service.
    pub service: Service,
    /// AWS's name, e.g. `DescribeInstances`.
    pub name: &'static str,
    /// Read or write.
    pub access: Access,
    /// What may be retried.
    pub retry: Retry,
    /// Whether the request has a `DryRun` member (EC2 only).
    pub dry_run: bool,
    /// Whether it does nothing but let somebody in: where the settings let a profile connect in read-only mode, it passes.
    pub lets_in: bool,
    /// What it answers changes seldom: asked once a minute at most.
    pub rarely_changes: bool,
    /// How long to wait between two looks at the same table, in seconds: AWS gives few of these requests.
    pub no_sooner_than: u32,
    /// How it pages, where that matters to whoever has to choose between all rows and some by id.
    pub paging: Option<Paging>,
    /// IAM actions, where they are not `PREFIX:NAME` (`ListObjectsV2` needs `s3:ListBucket`); empty otherwise.
    pub iam: &'static [&'static str],
    /// Members of its answer that later steps may use or that are kept, by the API's names (`VolumeId`). A nested one is written as
    /// the AWS CLI's `--query` takes it (`Image.ImageId`).
    pub outputs: &'static [&'static str],
}

impl Operation {
    /// A reading operation.
    pub const fn read(service: Service, name: &'static str) -> Self {
        Operation::new(service, name, Access::Read, Retry::Safe)
    }
    /// A changing operation.
    pub const fn write(service: Service, name: &'static str, retry: Retry) -> Self {
        Operation::new(service, name, Access::Write, retry)
    }
    const fn new(service: Service, name: &'static str, access: Access, retry: Retry) -> Self {
        Operation {
            service,
            name,
            access,
            retry,
            dry_run: false,
            lets_in: false,
            rarely_changes: false,
            no_sooner_than: 0,
            paging: None,
            iam: &[],
            outputs: &[],
        }
    }
    /// The same, with how it pages.
    #[must_use]
    pub const fn paged(mut self, paging: Paging) -> Self {
        self.paging = Some(paging);
        self
    }
    /// The same, of what changes seldom.
    #[must_use]
    pub const fn rarely_changes(mut self) -> Self {
        self.rarely_changes = true;
        self
    }
    /// The same, not asked more often than once in so many seconds.
    #[must_use]
    pub const fn no_sooner_than(mut self, seconds: u32) -> Self {
        self.no_sooner_than = seconds;
        self
    }
    /// The same, with a `DryRun` member.
    #[must_use]
    pub const fn with_dry_run(mut self) -> Self {
        self.dry_run = true;
        self
    }
    /// The same, of what does nothing but let somebody in.
    #[must_use]
    pub const fn letting_in(mut self) -> Self {
        self.lets_in = true;
        self
    }
    /// The same, with IAM actions that are not simply `PREFIX:NAME`.
    #[must_use]
    pub const fn with_iam(mut self, iam: &'static [&'static str]) -> Self {
        self.iam = iam;
        self
    }
    /// The same, with members of its answer that are kept.
    #[must_use]
    pub const fn with_outputs(mut self, outputs: &'static [&'static str]) -> Self {
        self.outputs = outputs;
        self
    }
    /// The IAM actions that a policy must allow.
    pub fn iam_actions(&self) -> Vec<String> {
        if !self.service.is_of_aws() {
            Vec::new()
        } else if self.iam.is_empty() {
            vec![format!("{}:{}", self.service.iam_prefix(), self.name)]
        } else {
            self.iam.iter().map(|s| (*s).to_string()).collect()
        }
    }
}
