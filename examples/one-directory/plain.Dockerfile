# Without --link the copy is made on top of the base: its key holds the base's, and another alpine means another copy.
# Compare link.Dockerfile beside this file.
FROM alpine:3.14
COPY /dir1 /dir1
