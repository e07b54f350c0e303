#!/bin/sh
# The AWS CLI 1 encodes user data for three of its commands, and sends it as it is for two others.
#
# Expected: user data is written the same way wherever a command takes it: EC2 wants it in Base64 in all of these requests.
# So: run-instances, modify-instance-attribute and create-launch-configuration put it into Base64 by themselves;
#   create-launch-template and request-spot-instances send the text unchanged, and what was right for one is wrong
#   for the next. Text that is encoded already, as the last two need it, is encoded twice by run-instances.
# Version: awscli 1.46.3 (PyPI). Date: 2026-11-28.
# Why it matters: a console that shows user data has to expect text that was encoded twice, and one that prints "the command
#   for this" has to know for every command which of the two it takes.
#
# Needs Python 3 with venv. Only a loopback server is asked, with made-up keys; it writes down the requests.
set -eu
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
trap 'exit 2' INT TERM
unset AWS_PROFILE AWS_DEFAULT_PROFILE AWS_SESSION_TOKEN || true
export AWS_CONFIG_FILE="$work/none" AWS_SHARED_CREDENTIALS_FILE="$work/none" AWS_MAX_ATTEMPTS=1
export AWS_ACCESS_KEY_ID=MADEUPKEY AWS_SECRET_ACCESS_KEY=made-up-secret AWS_DEFAULT_REGION=us-east-1

{ python3 -m venv "$work/venv" && "$work/venv/bin/pip" install --quiet awscli==1.46.3; } ||
    { echo "could not be installed" >&2; exit 2; }

cat >"$work/server.py" <<'END'
import http.server, sys, urllib.parse

class Recorder(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        asked = dict(urllib.parse.parse_qsl(body))
        with open(sys.argv[1] + "/seen", "a") as seen:
            for name, value in asked.items():
                if "UserData" in name:
                    print(asked["Action"], name, value, file=seen)
        answer = b"<Response><Errors><Error><Code>Noted</Code><Message>noted</Message></Error></Errors></Response>"
        self.send_response(400)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass

server = http.server.HTTPServer(("127.0.0.1", 0), Recorder)
with open(sys.argv[1] + "/port", "w") as port:
    print(server.server_port, file=port)
server.serve_forever()
END
python3 "$work/server.py" "$work" &
server=$!
until [ -s "$work/port" ]; do kill -0 "$server"; sleep 0.1; done
ask() {
    # Every answer is an error, on purpose.
    "$work/venv/bin/aws" "$@" --endpoint-url "http://127.0.0.1:$(cat "$work/port")" >"$work/said" 2>&1 || true
}
ask ec2 run-instances --image-id ami-1 --user-data '#!/bin/sh'
ask ec2 run-instances --image-id ami-1 --user-data IyEvYmluL3No
ask ec2 modify-instance-attribute --instance-id i-1 --user-data 'Value=#!/bin/sh'
ask autoscaling create-launch-configuration --launch-configuration-name one --user-data '#!/bin/sh'
ask ec2 create-launch-template --launch-template-name one --launch-template-data '{"UserData": "#!/bin/sh"}'
ask ec2 request-spot-instances --launch-specification '{"UserData": "#!/bin/sh"}'

"$work/venv/bin/aws" --version 2>&1
cat "$work/seen"
cat >"$work/described" <<'END'
RunInstances UserData IyEvYmluL3No
RunInstances UserData SXlFdlltbHVMM05v
ModifyInstanceAttribute UserData.Value IyEvYmluL3No
CreateLaunchConfiguration UserData IyEvYmluL3No
CreateLaunchTemplate LaunchTemplateData.UserData #!/bin/sh
RequestSpotInstances LaunchSpecification.UserData #!/bin/sh
END
diff "$work/described" "$work/seen" || { echo CHANGED >&2; exit 1; }
echo "as described"
