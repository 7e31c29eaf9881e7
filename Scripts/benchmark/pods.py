"""Makes pods by ADD, and compares `martletctl ipam check` of them with a shell loop that reads the same.

    unshare --net --mount --fork --kill-child python3 pods.py MARTLET TOOL FOLDER PODS ROUNDS

Works in the namespaces that it is started in: they vanish with it and take the pods along. Prints the seconds of each
round as JSON. The audit must find nothing, and, once a pod has lost its route, that and nothing else.
"""
import json
import subprocess
import sys
from pathlib import Path

from fill import NODE
from paired import race

HERE = Path(__file__).parent


def run(*words, **options):
    return subprocess.run(words, check=True, **options)


def make_node():
    """As `make_node` of namespaces.c, with a /run of its own: `ip netns` keeps names there."""
    run("mount", "--make-rprivate", "/")
    run("mount", "-t", "tmpfs", "tmpfs", "/run")
    for line in (
        "link set lo up", "link add uplink0 type veth peer name uplink1", "address add 192.0.2.10/24 dev uplink0",
        "link set uplink0 up", "link set uplink1 up", "route add default via 192.0.2.1",
    ):
        run("ip", *line.split())
    Path("/proc/sys/net/ipv4/ip_forward").write_text("1\n")


def configure(folder):
    (folder / "pods").mkdir()
    return (HERE / "martlet.json").read_text().replace("FOLDER", str(folder / "pods")).encode()


def add(martlet, configuration, pod):
    run("ip", "netns", "add", pod)
    environment = {
        "CNI_COMMAND": "ADD", "CNI_CONTAINERID": pod, "CNI_NETNS": f"/run/netns/{pod}", "CNI_IFNAME": "eth0",
        "CNI_PATH": "/usr/lib/cni", "PATH": "/usr/sbin:/usr/bin",
        "CNI_ARGS": f"IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME={pod};K8S_POD_INFRA_CONTAINER_ID={pod}",
    }
    run(martlet, input=configuration, env=environment, stdout=subprocess.PIPE)


def findings(check):
    answer = subprocess.run([*check, "--output", "json"], stdout=subprocess.PIPE)
    if answer.returncode > 1:
        sys.exit("the audit could not look; what it says is above")
    return [(finding["code"], finding["subject"]) for finding in json.loads(answer.stdout)["findings"]]


def expect(found, wanted):
    if found != wanted:
        sys.exit(f"the audit finds {found[:5]}, expected {wanted}")


def break_route(check):
    """Takes one pod's route away, which the audit must find."""
    routes = json.loads(run("ip", "-json", "route", stdout=subprocess.PIPE).stdout)
    route = next(route for route in routes if route.get("dev", "").startswith("cali"))
    run("ip", "route", "delete", route["dst"], "dev", route["dev"])
    expect(findings(check), [("host-route", route["dst"])])


def main():
    martlet, tool, folder, pods, rounds = sys.argv[1], sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5])
    make_node()
    configuration = configure(folder)
    for number in range(pods):
        add(martlet, configuration, f"pod-{number}")
    check = [tool, "ipam", "check", "--data-dir", folder / "pods", "--nodename", NODE]
    expect(findings(check), [])
    loop = [HERE / "loop.sh", folder / "pods" / "ledger.db"]
    seconds = race({"check": check, "loop": loop}, rounds, warmup=0)
    break_route(check)
    print(json.dumps(seconds))


if __name__ == "__main__":
    main()
