package main

import (
	"context"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/containerd/platforms"
	"github.com/distribution/reference"
	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	"github.com/moby/buildkit/frontend/dockerfile/builder"
	gwclient "github.com/moby/buildkit/frontend/gateway/client"
	gwpb "github.com/moby/buildkit/frontend/gateway/pb"
	"github.com/moby/buildkit/solver/pb"
	digest "github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
	"github.com/pkg/errors"
	fstypes "github.com/tonistiigi/fsutil/types"
)

// A gateway is the daemon as BuildKit's Dockerfile frontend sees it: it hands out the job's text and images, and keeps
// the definition that the frontend asks it to solve. Nothing is ever built.
type gateway struct {
	job   *Job
	text  []byte
	attrs map[string]string
	depth int
	seen  *seen
}

// seen is what a frontend did.
type seen struct {
	mu          sync.Mutex
	definitions []*pb.Definition
	warnings    []Warning
	resolves    []Resolve
	forwarded   []string
}

// build runs the frontend's real entry point. extra attributes win over the job's.
func build(ctx context.Context, job *Job, text []byte, extra map[string]string) (*gwclient.Result, *seen, error) {
	attrs := job.attributes()
	maps.Copy(attrs, extra)
	g := &gateway{job: job, text: text, attrs: attrs, seen: &seen{}}
	res, err := builder.Build(ctx, g)
	return res, g.seen, err
}

func (g *gateway) BuildOpts() gwclient.BuildOpts {
	var workers []ocispecs.Platform
	for _, s := range strings.Split(g.job.workerPlatform(), ",") {
		p, err := platforms.Parse(s)
		if err != nil {
			panic(err)
		}
		workers = append(workers, platforms.Normalize(p))
	}
	caps := pb.Caps.All()
	for _, disabled := range g.job.DisabledCaps {
		for i, c := range caps {
			if string(c.ID) == disabled {
				caps = slices.Delete(slices.Clone(caps), i, i+1)
				break
			}
		}
	}
	return gwclient.BuildOpts{
		Opts:      g.attrs,
		SessionID: g.job.sessionID(),
		Workers:   []gwclient.WorkerInfo{{ID: "judge", Platforms: workers}},
		Product:   "buildkit",
		Caps:      gwpb.Caps.CapSet(gwpb.Caps.All()),
		LLBCaps:   pb.Caps.CapSet(caps),
	}
}

func (g *gateway) Solve(ctx context.Context, req gwclient.SolveRequest) (*gwclient.Result, error) {
	if req.Frontend == "gateway.v0" {
		return g.forward(ctx, req)
	}
	res := gwclient.NewResult()
	name := g.job.filename()
	files := map[string][]byte{}
	switch g.loads(req.Definition) {
	case "dockerfile":
		files[name], files["context"] = g.text, g.text
		if g.job.DockerfileIgnore != nil {
			files[name+".dockerignore"] = []byte(*g.job.DockerfileIgnore)
		}
	case "dockerignore":
		if g.job.Dockerignore != nil {
			files[".dockerignore"] = []byte(*g.job.Dockerignore)
		}
	case "named context":
	default:
		g.seen.mu.Lock()
		g.seen.definitions = append(g.seen.definitions, req.Definition)
		g.seen.mu.Unlock()
	}
	res.SetRef(tree(files))
	return res, nil
}

// forward stands for a frontend image (`# syntax=`): it is taken to be this very version.
func (g *gateway) forward(ctx context.Context, req gwclient.SolveRequest) (*gwclient.Result, error) {
	if g.depth > 3 {
		return nil, errors.New("judge: too many frontends in a row")
	}
	g.seen.mu.Lock()
	g.seen.forwarded = append(g.seen.forwarded, req.FrontendOpt["cmdline"])
	g.seen.mu.Unlock()
	return builder.Build(ctx, &gateway{job: g.job, text: g.text, attrs: maps.Clone(req.FrontendOpt), depth: g.depth + 1, seen: g.seen})
}

// loads tells what the frontend wants to read with a definition of one source; "" where it is the build itself.
func (g *gateway) loads(def *pb.Definition) string {
	if def == nil || len(def.Def) != 2 {
		return ""
	}
	md := def.Metadata[string(digest.FromBytes(def.Def[0]))]
	if md == nil {
		return ""
	}
	name := md.Description["llb.customname"]
	switch {
	case strings.HasPrefix(name, "[internal] load build definition from "),
		// A stage that is nothing but a named context from git is called alike.
		name == "[internal] load git source "+g.attrs["context"],
		name == "[internal] load remote build context":
		return "dockerfile"
	case name == "[internal] load .dockerignore":
		return "dockerignore"
	case strings.HasPrefix(name, "[context ") && strings.HasSuffix(name, "] load .dockerignore"):
		return "named context"
	}
	return ""
}

func (g *gateway) ResolveImageConfig(ctx context.Context, ref string, opt sourceresolver.Opt) (string, digest.Digest, []byte, error) {
	parsed, err := reference.ParseNormalizedNamed(ref)
	if err != nil {
		return "", "", nil, errors.Wrapf(err, "could not parse reference %q", ref)
	}
	ref = parsed.String()
	r := Resolve{Ref: ref, LogName: opt.LogName}
	var platform *ocispecs.Platform
	if opt.ImageOpt != nil {
		platform = opt.ImageOpt.Platform
		r.Mode = opt.ImageOpt.ResolveMode
	}
	if opt.OCILayoutOpt != nil {
		platform = opt.OCILayoutOpt.Platform
	}
	if platform != nil {
		r.Platform = platforms.FormatAll(*platform)
	}
	g.seen.mu.Lock()
	g.seen.resolves = append(g.seen.resolves, r)
	g.seen.mu.Unlock()
	return resolveImage(g.job, ref, platform)
}

func (g *gateway) ResolveSourceMetadata(ctx context.Context, op *pb.SourceOp, opt sourceresolver.Opt) (*sourceresolver.MetaResponse, error) {
	return &sourceresolver.MetaResponse{Op: op}, nil
}

func (g *gateway) Warn(ctx context.Context, dgst digest.Digest, msg string, opts gwclient.WarnOpts) error {
	w := Warning{Detail: msg, Level: opts.Level, URL: opts.URL, Ranges: rangesOf(opts.Range)}
	if len(opts.Detail) > 0 {
		w.Description = string(opts.Detail[0])
	}
	g.seen.mu.Lock()
	defer g.seen.mu.Unlock()
	g.seen.warnings = append(g.seen.warnings, w)
	return nil
}

func (g *gateway) Inputs(ctx context.Context) (map[string]llb.State, error) {
	return map[string]llb.State{}, nil
}

func (g *gateway) NewContainer(ctx context.Context, req gwclient.NewContainerRequest) (gwclient.Container, error) {
	return nil, errors.New("judge: no containers")
}

// tree is a solved directory.
type tree map[string][]byte

func (f tree) ToState() (llb.State, error)        { return llb.Scratch(), nil }
func (f tree) Evaluate(ctx context.Context) error { return nil }

func (f tree) ReadFile(ctx context.Context, req gwclient.ReadRequest) ([]byte, error) {
	dt, ok := f[req.Filename]
	if !ok {
		return nil, errors.Wrapf(os.ErrNotExist, "open %s", req.Filename)
	}
	if req.Range != nil && req.Range.Length < len(dt) {
		return dt[req.Range.Offset : req.Range.Offset+req.Range.Length], nil
	}
	return dt, nil
}

func (f tree) StatFile(ctx context.Context, req gwclient.StatRequest) (*fstypes.Stat, error) {
	return nil, os.ErrNotExist
}

func (f tree) ReadDir(ctx context.Context, req gwclient.ReadDirRequest) ([]*fstypes.Stat, error) {
	return nil, os.ErrNotExist
}
