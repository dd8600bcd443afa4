package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"runtime/debug"
	"sort"
	"strconv"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/solver/errdefs"
	"github.com/moby/buildkit/solver/pb"
	digest "github.com/opencontainers/go-digest"
	"github.com/pkg/errors"
	"google.golang.org/protobuf/encoding/protojson"
)

// convert runs the frontend once and tells what came of it.
func convert(job *Job, text []byte, opt *options) (res *Result) {
	res = &Result{ID: job.ID}
	defer func() {
		if r := recover(); r != nil {
			res.OK = false
			res.Panic = fmt.Sprintf("%v\n%s", r, debug.Stack())
			res.Error = fmt.Sprintf("panic: %v", r)
		}
	}()
	built, seen, err := build(context.Background(), job, text, nil)
	sort.SliceStable(seen.resolves, func(a, b int) bool {
		if seen.resolves[a].Ref != seen.resolves[b].Ref {
			return seen.resolves[a].Ref < seen.resolves[b].Ref
		}
		return seen.resolves[a].Platform < seen.resolves[b].Platform
	})
	res.BuildWarnings, res.Resolves, res.Forwarded = seen.warnings, seen.resolves, seen.forwarded
	if err != nil {
		setError(res, err)
		return res
	}
	if len(seen.definitions) != 1 {
		res.Error = fmt.Sprintf("judge: %d definitions (write one job a platform, with the attribute multi-platform=true)", len(seen.definitions))
		return res
	}
	res.OK = true
	setDefinition(res, seen.definitions[0], opt)
	for k, v := range built.Metadata {
		switch name, _, _ := strings.Cut(k, "/"); name {
		case "containerimage.config":
			res.Image = compact(v)
		case "containerimage.base.config":
			res.BaseImage = compact(v)
		case "source.date.epoch":
			res.Epoch = string(v)
		}
	}
	return res
}

func setDefinition(res *Result, def *pb.Definition, opt *options) {
	if def == nil {
		return
	}
	groups := map[string]string{}
	all := sha256.New()
	for i, dt := range def.Def {
		dgst := string(digest.FromBytes(dt))
		io.WriteString(all, dgst)
		out := Op{Digest: dgst, Size: len(dt)}
		var op pb.Op
		if err := op.UnmarshalVT(dt); err != nil {
			panic(err)
		}
		if opt.ops {
			js, err := protojson.Marshal(&op)
			if err != nil {
				js = []byte(strconv.Quote(err.Error()))
			}
			out.Op = compact(js)
		}
		if opt.bytes {
			out.BytesHex = hex.EncodeToString(dt)
		}
		if md := def.Metadata[dgst]; md != nil {
			out.Metadata = metadataOf(md, groups)
		}
		if def.Source != nil {
			for _, l := range def.Source.Locations[dgst].GetLocations() {
				out.Source = append(out.Source, Location{l.SourceIndex, rangesOf(l.Ranges)})
			}
		}
		res.Definition = append(res.Definition, out)
		if i == len(def.Def)-1 && len(op.Inputs) > 0 {
			res.Head = op.Inputs[0].Digest
		}
	}
	res.DefDigest = "sha256:" + hex.EncodeToString(all.Sum(nil))
	for _, info := range def.Source.GetInfos() {
		sum := sha256.Sum256(info.Data)
		out := SourceInfo{Filename: info.Filename, Language: info.Language, DataSHA256: hex.EncodeToString(sum[:])}
		if loads := info.Definition.GetDef(); len(loads) > 0 {
			var op pb.Op
			if err := op.UnmarshalVT(loads[len(loads)-1]); err == nil && len(op.Inputs) > 0 {
				out.DefHead = op.Inputs[0].Digest
			}
		}
		res.SourceInfos = append(res.SourceInfos, out)
	}
}

func metadataOf(md *pb.OpMetadata, groups map[string]string) *Metadata {
	out := &Metadata{Description: md.Description, IgnoreCache: md.IgnoreCache, LinuxResources: md.LinuxResources}
	for name, needed := range md.Caps {
		if !needed {
			name = "!" + name
		}
		out.Caps = append(out.Caps, name)
	}
	sort.Strings(out.Caps)
	if md.ExportCache != nil {
		out.ExportCache = &md.ExportCache.Value
	}
	if group := md.ProgressGroup; group != nil {
		id, ok := groups[group.Id]
		if !ok {
			id = fmt.Sprintf("pg%d", len(groups))
			groups[group.Id] = id
		}
		out.ProgressGroup = &ProgressGroup{ID: id, Name: group.Name, Weak: group.Weak}
	}
	return out
}

func setError(res *Result, err error) {
	res.Error = err.Error()
	if sources := errdefs.Sources(err); len(sources) > 0 {
		for _, s := range sources {
			res.ErrorLocation = append(res.ErrorLocation, rangesOf(s.Ranges))
		}
		return
	}
	var located *parser.LocationError
	if !errors.As(err, &located) {
		return
	}
	for _, ranges := range located.Locations {
		var out []Range
		for _, r := range ranges {
			out = append(out, rangeOf(r))
		}
		res.ErrorLocation = append(res.ErrorLocation, out)
	}
}

func rangeOf(r parser.Range) Range {
	return Range{
		Start: Position{int32(r.Start.Line), int32(r.Start.Character)},
		End:   Position{int32(r.End.Line), int32(r.End.Character)},
	}
}

func compact(dt []byte) json.RawMessage {
	var b bytes.Buffer
	if err := json.Compact(&b, dt); err != nil {
		return json.RawMessage(strconv.Quote(err.Error()))
	}
	return b.Bytes()
}
