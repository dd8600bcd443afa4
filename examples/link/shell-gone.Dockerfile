FROM debian:12
COPY --link tool.sh /bin/
RUN tool.sh
