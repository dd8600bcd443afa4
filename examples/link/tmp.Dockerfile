FROM debian:12
COPY --link seed.sql /tmp/
USER 1500
RUN mktemp
