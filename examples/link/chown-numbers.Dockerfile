FROM debian:12
RUN useradd -u 1500 app
COPY --link --chown=1500:1500 app/ /app/
