"""boto3: refreshes from the web identity token file that its environment names, and reads the file anew each time."""
import boto3
from world import control, mint, refusal, write_token

# The clock of Rolecall was moved back: by boto3's own clock every credential it gets has four minutes left.
write_token(mint())
session = boto3.Session()
sts = session.client("sts")


def key_in_use():
    arn = sts.get_caller_identity()["Arn"]
    assert arn == "arn:aws:sts::000000000000:assumed-role/deploy/refreshed", arn
    return session.get_credentials().access_key


assert key_in_use() != key_in_use(), "nearly expired: every use asks anew"

control("DELETE", "/clock")
answer = refusal(sts.get_caller_identity)
assert answer["code"] == "ExpiredTokenException", answer

write_token(mint(ref="refs/heads/next"))
assert key_in_use() == key_in_use(), "an hour left: the key is kept"
