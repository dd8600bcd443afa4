# With --link the directory is copied onto an empty file system, and a merge lays the result over the base.
# Another alpine leaves the copy as it is, and no layer of it has to be pulled for the merge.
FROM alpine:3.14
COPY --link /dir1 /dir1
