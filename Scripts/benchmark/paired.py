"""Times commands against one another: in each round each of them once, in a fresh random order."""
import random
import statistics
import subprocess
import time


def race(commands, rounds, warmup=1):
    """Answers each command's seconds, round by round. Their output goes through a pipe and away."""
    seconds = {name: [] for name in commands}
    order, chance = list(commands), random.Random(1)
    for number in range(-warmup, rounds):
        chance.shuffle(order)
        for name in order:
            start = time.monotonic()
            subprocess.run(commands[name], stdout=subprocess.PIPE, check=True)
            if number >= 0:
                seconds[name].append(time.monotonic() - start)
    return seconds


def medians(seconds):
    return {name: statistics.median(values) for name, values in seconds.items()}
