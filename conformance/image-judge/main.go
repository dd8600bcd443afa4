// The judge of base images: what BuildKit's own resolver makes of a reference at a registry on loopback.
//
// It reads one JSON job a line from standard input, {"ref": reference, "platform": platform}, and writes one line for each:
// {"digest": digest, "config": text} or {"error": text}.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/containerd/containerd/v2/core/remotes/docker"
	"github.com/containerd/platforms"
	"github.com/moby/buildkit/util/contentutil"
	"github.com/moby/buildkit/util/imageutil"
)

type answer struct {
	Digest string `json:"digest,omitempty"`
	Config string `json:"config,omitempty"`
	Error  string `json:"error,omitempty"`
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		var job struct{ Ref, Platform string }
		if err := json.Unmarshal(in.Bytes(), &job); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		line, err := json.Marshal(resolve(job.Ref, job.Platform))
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Println(string(line))
	}
	if err := in.Err(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func resolve(ref, platform string) answer {
	p, err := platforms.Parse(platform)
	if err != nil {
		return answer{Error: err.Error()}
	}
	hosts := docker.ConfigureDefaultRegistries(docker.WithPlainHTTP(docker.MatchLocalhost))
	resolver := docker.NewResolver(docker.ResolverOptions{Hosts: hosts})
	// A store of its own for each, so that no answer rests on an earlier one.
	digest, config, err := imageutil.Config(context.Background(), ref, resolver, contentutil.NewBuffer(), nil, &p)
	if err != nil {
		return answer{Error: err.Error()}
	}
	return answer{Digest: digest.String(), Config: string(config)}
}
