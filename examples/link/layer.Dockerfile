# syntax=docker/dockerfile:1
FROM debian:12
RUN apt-get update && apt-get install -y python3
COPY --link app/ /srv/app/
COPY --link run.sh /usr/local/bin/
CMD ["run.sh"]
