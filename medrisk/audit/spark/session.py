"""The Spark session of a run: that of spark-submit, or one on this machine's cores."""

from __future__ import annotations

import importlib.util
import sys
from typing import TYPE_CHECKING

from medrisk.errors import AuditError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from medrisk.settings import Settings

# What a run needs, whatever else was chosen: none of its tasks is done twice at a time, for they write files.
_NEEDED = {"spark.speculation": "false", "spark.ui.showConsoleProgress": "false"}
# What a session on this machine gets; that of spark-submit is as its user set it.
_LOCALLY = {
    "spark.app.name": "medrisk audit",
    "spark.master": "local[*]",
    "spark.driver.memory": "2g",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.log.level": "ERROR",
}


def start_session(settings: Settings, **chosen: str) -> SparkSession:
    """The session; ``chosen`` are settings of Spark. Raises AuditError where PySpark or Java is missing."""
    if missing := [name for name in ("pyspark", "pandas") if importlib.util.find_spec(name) is None]:
        raise AuditError(
            f"{' and '.join(missing)} of requirements-spark.txt not installed.",
            hint="pip install 'medrisk[spark]', or leave out --engine spark.", field="engine",
        )  # fmt: skip
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    wanted = {**({} if settings.spark_submit else _LOCALLY), **_NEEDED, **chosen}
    builder = SparkSession.builder
    for key, value in wanted.items():
        builder = builder.config(key, value)
    try:
        session = builder.getOrCreate()
    except (PySparkException, OSError):
        raise AuditError(
            "Spark could not be started.",
            hint="It needs Java 17: apt-get install openjdk-17-jre-headless.",
            field="engine",
        ) from None
    if not settings.spark_submit:
        # Workers on this machine run in this Python, with what is installed for it.
        session.sparkContext.pythonExec = sys.executable
    return session
