"""Auditing prescription files, from a thousand rows to a billion, with the same core as every other door.

    files -> rows -> patients -> findings -> tables and a report

Every row is used or stands in the rejects with its file, line and reason; every distinct text is resolved once.
"""
