"""Records which functions a warm ADD and DEL call, for the linker to put side by side.

    order.py RACE UNSTRIPPED-PLUGIN ORDER-FILE

The kernel maps a program in pieces of 64 KB, each by a page fault: with the functions in use together it maps two
thirds as much. Names that are gone from the program do no harm; the file is worth making anew now and then.
"""
import re
import sys
import tempfile
from pathlib import Path

from callgrind import profile

FUNCTION = re.compile(r"^c?fn=\(\d+\) (.+)$", re.MULTILINE)


def functions(path):
    for name in FUNCTION.findall(path.read_text()):
        # Recursion is counted as name'2; code without a name stands there by its address.
        name = re.sub(r"'\d+$", "", name.strip())
        if not name.startswith(("0x", "(")):
            yield name


def main():
    race, plugin, order = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="martlet-callgrind.") as folder:
        names = {name for _, _, path in profile(race, plugin, Path(folder)) for name in functions(path)}
    Path(order).write_text("\n".join(sorted(names)) + "\n")
    print(f"{len(names)} functions; Scripts/build puts them side by side")


if __name__ == "__main__":
    main()
