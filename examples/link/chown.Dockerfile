FROM debian:12
RUN useradd -u 1500 app
COPY --link --chown=app:app app/ /app/
