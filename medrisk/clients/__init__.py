"""EHRs that sign their requests: who they are, the keys they sign with, and which of their tokens were used already."""

from medrisk.clients.clients import Client, Clients, ClientTokenError, read_clients

__all__ = ["Client", "ClientTokenError", "Clients", "read_clients"]
