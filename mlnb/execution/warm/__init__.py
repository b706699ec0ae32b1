"""Warm kernels: forked from a process that has imported what the notebook imports.

Most of a short notebook's time goes into starting Python and importing; a batch pays that once.

    imports       which modules a notebook imports before it does anything that could matter to them
    template      the process that imports them and forks a kernel for each run
    starting      a batch starts a template, and ends it
    provisioner   a kernel manager's kernel comes from the template, or, where that can't be, from nothing

Only imports happen in the template, never the notebook's code, so no run sees anything of another.
"""
