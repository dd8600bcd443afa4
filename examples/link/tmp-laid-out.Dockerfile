FROM debian:12 AS laid
RUN install -d -m 1777 /stage/tmp
COPY seed.sql /stage/tmp/

FROM debian:12
COPY --link --from=laid /stage/ /
USER 1500
RUN mktemp
