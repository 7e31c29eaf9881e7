"""Runs warm ADDs and DELs of the plugin under callgrind, which sees every instruction and no noise."""
import subprocess
import sys
from pathlib import Path

from fill import fill

HERE = Path(__file__).parent
ROUNDS = 3

# Parent and child write files of their own: OPERATION-PARENT-PROCESS.
WRAPPER = """#!/bin/sh
exec valgrind --quiet --tool=callgrind --demangle=no --callgrind-out-file={folder}/profile-$CNI_COMMAND-$$-%p \\
    {plugin} 2>>{folder}/errors
"""


def profile(race, plugin, folder: Path, size=None):
    """Yields (operation, whether it is the child that a DEL leaves behind, file) for each process.

    `size` is what the ledger holds beforehand; without it, nothing.
    """
    wrapper = folder / "plugin"
    wrapper.write_text(WRAPPER.format(folder=folder, plugin=plugin))
    wrapper.chmod(0o755)
    data = folder / "data"
    data.mkdir()
    configuration = folder / "martlet.json"
    configuration.write_text((HERE / "martlet.json").read_text().replace("FOLDER", str(data)))

    def run(rounds, program):
        command = [race, "--rounds", str(rounds), "--warmup", "0", "--", "martlet", configuration, program]
        if subprocess.run(command, stdout=subprocess.DEVNULL).returncode != 0:
            errors = folder / "errors"
            sys.exit("the plugin failed under callgrind:\n" + (errors.read_text() if errors.exists() else ""))

    if size:
        run(1, plugin)
        fill(data / "ledger.db", size, worn=False)
    run(ROUNDS, wrapper)
    for path in sorted(folder.glob("profile-*")):
        _, operation, parent, process = path.name.split("-")
        yield operation, process != parent, path
