"""What the whole suite took, said at the end of a run; `--durations` names the slowest."""

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The sum over all workers: what a second worker saves does not hide what was added."""
    reports = [report for found in terminalreporter.stats.values() for report in found]
    seconds = sum(report.duration for report in reports if isinstance(report, pytest.TestReport))
    terminalreporter.write_line(f"all tests together: {seconds:.0f} s")
