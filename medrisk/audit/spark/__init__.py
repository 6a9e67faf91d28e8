"""The same audit on a Spark cluster: files read in pieces, texts and patients worked out by the executors.

Rows, readings and findings come from the same code as on one machine; Spark only carries them. docs/spark.md is the guide.
"""
