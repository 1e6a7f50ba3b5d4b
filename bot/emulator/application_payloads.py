"""The application and its commands as Discord's JSON."""

from bot.emulator.entities import Application, Command
from bot.emulator.payloads import user
from bot.emulator.wire import Payload


def command(command: Command, application_id: int) -> Payload:
    body = {key: value for key, value in command.body.items() if value is not None}
    needed = command.body.get("default_member_permissions")
    rendered: Payload = {
        "type": 1,
        "description": "",
        "nsfw": False,
        "contexts": None,
        "integration_types": [0],
        **body,
        "default_member_permissions": None if needed is None else str(needed),
        "id": str(command.id),
        "application_id": str(application_id),
        "version": str(command.version),
    }
    if command.guild_id is not None:
        rendered["guild_id"] = str(command.guild_id)
    return rendered


def application(application: Application, guild_count: int) -> Payload:
    return {
        "id": str(application.id),
        "name": application.name,
        "icon": None,
        "description": "",
        "type": None,
        "bot": user(application.bot),
        "owner": user(application.owner),
        "team": None,
        "bot_public": True,
        "bot_require_code_grant": False,
        "integration_types_config": {"0": {}, "1": {}},
        "verify_key": "0" * 64,
        "flags": 0,
        "flags_new": "0",
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "approximate_guild_count": guild_count,
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "eligible_oauth2_scopes": [],
    }
