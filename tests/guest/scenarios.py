# SPDX-License-Identifier: MIT
"""The tests: what is done in a guest, and what must come of it."""
def tests(boot, tool):
    def show(m):
        return (m.sure('id; devices; ironring list; (user id); grep -i huge /proc/meminfo') + m.shell('lsmod')[1]).splitlines()
    return [('list', show)]
