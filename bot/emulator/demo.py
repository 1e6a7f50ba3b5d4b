"""The world a fresh emulator starts with: one guild, two channels, two people and the bot."""

from bot.emulator.clock import Clock
from bot.emulator.entities import Application, Guild, Member, User
from bot.emulator.permissions import INVITED_BOT, Permission
from bot.emulator.snowflakes import Snowflakes
from bot.emulator.world import World


def demo_world(clock: Clock | None = None) -> World:
    """User "you" owns and manages the guild; user "ada" is an ordinary member."""
    clock = clock or Clock()
    world = World(_application(Snowflakes(clock.now)), clock)
    you = world.application.owner
    ada = world.add_user("ada", "Ada", "#eb459e")
    guild = world.add_guild("Zoetrope demo", you)
    manager = world.add_role(guild, "Manager", Permission.MANAGE_GUILD)
    invited = world.add_role(guild, "Zoetrope", INVITED_BOT, managed=True)
    _join(guild, you, manager.id)
    _join(guild, ada)
    _join(guild, world.bot, invited.id)
    world.add_channel(guild, "general", "Anything goes")
    world.add_channel(guild, "videos", "Type /video and watch")
    return world


def _application(snowflakes: Snowflakes) -> Application:
    """A bot user has the id of its application, as on Discord."""
    application_id = snowflakes.next()
    bot = User(application_id, "zoetrope", "Zoetrope", "#5865f2", bot=True)
    owner = User(snowflakes.next(), "you", "You", "#57f287")
    return Application(application_id, "Zoetrope", bot, owner)


def _join(guild: Guild, user: User, *role_ids: int) -> None:
    guild.members[user.id] = Member(user, set(role_ids))
