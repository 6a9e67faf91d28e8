"""Spark on this machine, and what is missing where the tests that need it cannot run."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess

OLDEST_JAVA = 17


def missing() -> str:
    """What keeps the tests on Spark from running, in words; empty where nothing does."""
    packages = [name for name in ("pyspark", "pandas") if importlib.util.find_spec(name) is None]
    if packages:
        return f"{' and '.join(packages)} of requirements-spark.txt not installed (make spark)"
    java = shutil.which("java")
    if java is None:
        return "no Java was found"
    told = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(\d+)', told)
    return "" if version and int(version[1]) >= OLDEST_JAVA else f"the Java found is older than {OLDEST_JAVA}"
