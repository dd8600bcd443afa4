FROM alpine:3.20
RUN apk add --no-cache python3
COPY --link app/ /srv/app/
RUN python3 -m compileall /srv/app
