package main

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/containerd/platforms"
	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/frontend/dockerfile/dockerfile2llb"
	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/moby/buildkit/solver/pb"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// A Timing is how long BuildKit's own conversion and marshal take, and nothing around them.
type Timing struct {
	ID    string `json:"id"`
	OK    bool   `json:"ok"`
	Runs  int    `json:"runs"`
	Ops   int    `json:"ops"`
	NS    int64  `json:"ns"`   // the median run, in nanoseconds
	Best  int64  `json:"best"` // the fastest
	Error string `json:"error,omitempty"`
}

// measure repeats the conversion of a job, after warming up, for at least budget and at least five times.
func measure(job *Job, text []byte, budget time.Duration) (out Timing) {
	out.ID = job.ID
	defer func() {
		if r := recover(); r != nil {
			out.OK, out.Error = false, "panic"
		}
	}()
	for range 3 {
		ops, err := convertDirectly(job, text)
		if err != nil {
			out.Error = err.Error()
			return out
		}
		out.Ops = ops
	}
	var runs []time.Duration
	for begin := time.Now(); time.Since(begin) < budget || len(runs) < 5; {
		start := time.Now()
		convertDirectly(job, text)
		runs = append(runs, time.Since(start))
	}
	slices.Sort(runs)
	out.OK, out.Runs, out.NS, out.Best = true, len(runs), runs[len(runs)/2].Nanoseconds(), runs[0].Nanoseconds()
	return out
}

// convertDirectly is Dockerfile2LLB and State.Marshal without a gateway; returns the number of ops.
func convertDirectly(job *Job, text []byte) (int, error) {
	ctx := context.Background()
	caps := pb.Caps.CapSet(pb.Caps.All())
	worker, err := platforms.Parse(strings.Split(job.workerPlatform(), ",")[0])
	if err != nil {
		return 0, err
	}
	opt := dockerfile2llb.ConvertOpt{
		Config: dockerui.Config{
			BuildArgs:      maps.Clone(job.BuildArgs),
			Labels:         maps.Clone(job.Labels),
			Target:         job.Target,
			BuildPlatforms: []ocispecs.Platform{platforms.Normalize(worker)},
		},
		LLBCaps:      &caps,
		MetaResolver: &directResolver{job},
		SourceMap:    llb.NewSourceMap(nil, job.filename(), "Dockerfile", text),
	}
	if opt.BuildArgs == nil {
		opt.BuildArgs = map[string]string{}
	}
	if job.Platform != "" {
		target, err := platforms.Parse(job.Platform)
		if err != nil {
			return 0, err
		}
		target = platforms.Normalize(target)
		opt.TargetPlatform = &target
	}
	res, err := dockerfile2llb.Dockerfile2LLB(ctx, text, opt)
	if err != nil {
		return 0, err
	}
	def, err := res.State.Marshal(ctx, llb.LocalUniqueID(job.sessionID()))
	if err != nil {
		return 0, err
	}
	return len(def.ToPB().Def), nil
}
