"""``medrisk token``: who may use a server that others can reach."""

from __future__ import annotations

import click

from medrisk.settings import Settings


@click.group()
def token() -> None:
    """Add, list and revoke the tokens that open a server which others can reach."""


@token.command("add")
@click.argument("name")
def add_token(name: str) -> None:
    """Make a token for NAME, a program or a desk, and show it: once, and never again."""
    from medrisk.tokens import Tokens

    click.echo(Tokens(Settings.from_env().data_dir).add(name))
    click.echo("Keep it now: it is not shown again. Running servers take it from now on.", err=True)


@token.command("list")
def list_tokens() -> None:
    """The names of the tokens, and when each was made."""
    from medrisk.tokens import Tokens

    for known in Tokens(Settings.from_env().data_dir).all():
        click.echo(f"{known.created}  {known.name}")


@token.command("revoke")
@click.argument("name")
def revoke_token(name: str) -> None:
    """From now on this token opens nothing, nor does a browser that signed in with it."""
    from medrisk.tokens import Tokens

    Tokens(Settings.from_env().data_dir).revoke(name)
    click.echo("Revoked.", err=True)
