# SPDX-License-Identifier: MIT
"""What bench/run measures, one module each: measure(options) returns rows, show(rows) prints a table."""
