"""Runs warm ADDs and DELs of the plugin under callgrind, which sees every instruction and no noise."""
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROUNDS = 3

# Parent and child write files of their own: OPERATION-PARENT-PROCESS.
WRAPPER = """#!/bin/sh
exec valgrind --quiet --tool=callgrind --demangle=no --callgrind-out-file={folder}/profile-$CNI_COMMAND-$$-%p \\
    {plugin} 2>>{folder}/errors
"""


def profile(race, plugin, folder: Path):
    """Yields (operation, whether it is the child that a DEL leaves behind, file) for each process."""
    wrapper = folder / "plugin"
    wrapper.write_text(WRAPPER.format(folder=folder, plugin=plugin))
    wrapper.chmod(0o755)
    data = folder / "data"
    data.mkdir()
    configuration = folder / "martlet.json"
    configuration.write_text((HERE / "martlet.json").read_text().replace("FOLDER", str(data)))
    command = [race, "--rounds", str(ROUNDS), "--warmup", "0", "--", "martlet", configuration, wrapper]
    if subprocess.run(command, stdout=subprocess.DEVNULL).returncode != 0:
        sys.exit("the plugin failed under callgrind:\n" + (folder / "errors").read_text())
    for path in sorted(folder.glob("profile-*")):
        _, operation, parent, process = path.name.split("-")
        yield operation, process != parent, path
