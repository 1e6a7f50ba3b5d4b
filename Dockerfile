FROM python:3.12-slim

# fonts for the Japanese and Hindi words in the lesson's pictures, and what `compile = true` compiles with
RUN apt-get update \
    && apt-get install --yes --no-install-recommends fonts-noto-cjk fonts-noto-core g++ \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --create-home zoetrope
WORKDIR /app
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY bot bot
COPY generator generator
RUN pip install --no-cache-dir --constraint constraints.txt torch \
    && pip install --no-cache-dir --constraint constraints.txt .

RUN mkdir /data && chown zoetrope /data
USER zoetrope
ENV DATA_DIR=/data HF_HOME=/data/models PYTHONUNBUFFERED=1
VOLUME /data
STOPSIGNAL SIGTERM
CMD ["python", "-m", "bot"]
