"""Speed as ratios: what Wirewatch does beside a floor or a peer, in one run, on one machine.

    python -m benchmarks            all of them, one table
    python -m benchmarks NAME…      some
    python -m benchmarks --list     their names

    table      rows, medians, the clock of a child process
    corpus     made-up feeds, live blogs and stores, the same at every run
    terminal   a program in a pseudo-terminal, and when its frames come
    empty, hosted, arriving, serving    programs that are run beside ours, or around it
    screen, stalls, commands, fetching, refreshing, reading, storing, watching    the benchmarks

A benchmark is a function that takes a `Size` and yields rows. Seconds of one run mean nothing beside those of another
machine, or of the same one an hour later: what counts are the ratios within a run.
"""
