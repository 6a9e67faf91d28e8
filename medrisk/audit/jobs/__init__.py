"""Audits as jobs that outlive the request that asked for them: kept in folders, worked on by processes of their own.

    job folder (store) <- a process that holds its lock (starting, runner) <- every server of the data folder (starting)

Nothing here but ``runner`` imports the audit itself, so that a server does not pay for it.
"""
