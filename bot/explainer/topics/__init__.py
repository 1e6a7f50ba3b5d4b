"""The topics in the order in which a class walks through them."""

from bot.explainer.picture import PictureName
from bot.explainer.topic import Topic
from bot.explainer.topics import (
    forward,
    gan,
    guidance,
    model,
    overview,
    pipeline,
    reverse,
    schedule,
)

TOPICS: dict[PictureName, Topic] = {
    topic.name: topic
    for topic in (
        overview.TOPIC,
        gan.TOPIC,
        forward.TOPIC,
        reverse.TOPIC,
        guidance.TOPIC,
        schedule.TOPIC,
        pipeline.TOPIC,
        model.TOPIC,
    )
}
