"""boto3: registers the issuer, creates a role, assumes it and gets the caller identity."""
import json
import re

import boto3
from support import given, mint

iam = boto3.client("iam")
provider = iam.create_open_id_connect_provider(Url="https://" + given["issuer"], ClientIDList=["sts.amazonaws.com"])
assert provider["OpenIDConnectProviderArn"] == given["providerArn"], provider

role = iam.create_role(RoleName="deploy", AssumeRolePolicyDocument=given["trustPolicy"])["Role"]
assert role["Arn"] == given["roleArn"], role
assert re.fullmatch("AROA[A-Z0-9]{17}", role["RoleId"]), role
read = iam.get_role(RoleName="deploy")["Role"]
assert read["AssumeRolePolicyDocument"] == json.loads(given["trustPolicy"]), read
assert read["CreateDate"] == role["CreateDate"], (read, role)

assumed = boto3.client("sts").assume_role_with_web_identity(
    RoleArn=given["roleArn"], RoleSessionName="session", WebIdentityToken=mint()
)
assert assumed["SubjectFromWebIdentityToken"] == given["subject"], assumed
assert assumed["Audience"] == "sts.amazonaws.com", assumed
assert assumed["Provider"] == given["providerArn"], assumed
assert assumed["AssumedRoleUser"] == {
    "Arn": "arn:aws:sts::000000000000:assumed-role/deploy/session",
    "AssumedRoleId": role["RoleId"] + ":session",
}, assumed
keys = assumed["Credentials"]
assert re.fullmatch("ASIA[A-Z0-9]{16}", keys["AccessKeyId"]), keys

caller = boto3.client(
    "sts",
    aws_access_key_id=keys["AccessKeyId"],
    aws_secret_access_key=keys["SecretAccessKey"],
    aws_session_token=keys["SessionToken"],
).get_caller_identity()
assert caller["Account"] == "000000000000", caller
assert caller["Arn"] == "arn:aws:sts::000000000000:assumed-role/deploy/session", caller
assert caller["UserId"] == role["RoleId"] + ":session", caller
