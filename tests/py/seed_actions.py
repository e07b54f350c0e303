"""Fills one region of moto with what the actions are tried on, and prints the ids: `seed_actions.py REGION`."""
import json
import os
import sys

import boto3

REGION = sys.argv[1]


def client(service):
    return boto3.client(service, region_name=REGION, endpoint_url=os.environ["SKYDECK_TEST_ENDPOINT"], aws_access_key_id="test", aws_secret_access_key="test")


EC2, ELB, ASG, CW, S3 = map(client, ("ec2", "elbv2", "autoscaling", "cloudwatch", "s3"))
IMAGE = EC2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
SUBNETS = [s["SubnetId"] for s in EC2.describe_subnets()["Subnets"]][:2]
VPC = EC2.describe_vpcs()["Vpcs"][0]["VpcId"]


def launch(name):
    made = EC2.run_instances(ImageId=IMAGE, InstanceType="t3.micro", MinCount=1, MaxCount=1, SubnetId=SUBNETS[0], TagSpecifications=[
        {"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": name}, {"Key": "Old", "Value": "x"}, {"Key": "Env", "Value": "dev"}]}])
    return made["Instances"][0]["InstanceId"]


ids = {name: launch(name) for name in ("running-1", "running-2", "stopped", "target", "spare", "doomed", "bystander")}
EC2.stop_instances(InstanceIds=[ids["stopped"]])
group = ELB.create_target_group(Name="web", Protocol="HTTP", Port=80, VpcId=VPC)["TargetGroups"][0]["TargetGroupArn"]
balancer = ELB.create_load_balancer(Name="alb", Subnets=SUBNETS)["LoadBalancers"][0]["LoadBalancerArn"]
ELB.create_listener(LoadBalancerArn=balancer, Protocol="HTTP", Port=80, DefaultActions=[{"Type": "forward", "TargetGroupArn": group}])
ELB.register_targets(TargetGroupArn=group, Targets=[{"Id": ids["target"]}])
EC2.create_launch_template(LaunchTemplateName="web-lt", LaunchTemplateData={"ImageId": IMAGE, "InstanceType": "t3.micro"})
ASG.create_auto_scaling_group(AutoScalingGroupName="그룹 1", MinSize=1, MaxSize=3, DesiredCapacity=1, VPCZoneIdentifier=SUBNETS[0],
                              LaunchTemplate={"LaunchTemplateName": "web-lt", "Version": "$Latest"})
for name, on in (("on", True), ("off", False), ("other", True)):
    CW.put_metric_alarm(AlarmName=name, Namespace="n", MetricName="m", Statistic="Sum", Period=60, EvaluationPeriods=1, Threshold=1,
                        ComparisonOperator="GreaterThanThreshold", ActionsEnabled=on)
S3.create_bucket(Bucket="downloads", CreateBucketConfiguration={"LocationConstraint": REGION})
S3.put_object(Bucket="downloads", Key="dir/한글 +&=.bin", Body=bytes(range(256)) * 4096)
S3.put_object(Bucket="downloads", Key="..", Body=b"out of the folder")
IAM = client("iam")
for profile in ("web", "db"):
    IAM.create_instance_profile(InstanceProfileName=profile)
several = launch("several")
extra = EC2.create_network_interface(SubnetId=SUBNETS[0])["NetworkInterface"]["NetworkInterfaceId"]
EC2.attach_network_interface(DeviceIndex=1, InstanceId=several, NetworkInterfaceId=extra)
vpc_of = EC2.describe_subnets(SubnetIds=[SUBNETS[0]])["Subnets"][0]["VpcId"]
groups = [EC2.create_security_group(GroupName=name, Description="x", VpcId=vpc_of)["GroupId"] for name in ("first", "second")]
ids |= {"several": several, "allowed": launch("allowed"), "first": groups[0], "second": groups[1]}
ids["prefix_list"] = EC2.create_managed_prefix_list(PrefixListName="partners", MaxEntries=5, AddressFamily="IPv4", Entries=[
    {"Cidr": "198.51.100.0/24"}])["PrefixList"]["PrefixListId"]
gateway = EC2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
print(json.dumps({**ids, "image": IMAGE, "group": group, "gateway": gateway, "vpc": VPC}))
