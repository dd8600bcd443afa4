FROM debian:12
COPY --link --chown=1500:1500 app.conf /usr/local/etc/app/
