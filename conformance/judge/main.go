// Judge says what BuildKit makes of Dockerfiles.
//
// It reads jobs (JSON lines) on its standard input and writes results (JSON lines, in the same order) on its standard
// output. It links the released BuildKit module and runs the Dockerfile frontend's own entry point against a gateway
// that builds nothing; no part of the frontend is written anew here.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"runtime/debug"
	"time"
)

type options struct {
	bytes, ops, lint, outline, targets, ast bool
	verify                                  int
	bench                                   time.Duration
}

func main() {
	var opt options
	flag.BoolVar(&opt.bytes, "bytes", false, "tell the bytes of every op, in hexadecimal")
	flag.BoolVar(&opt.ops, "ops", false, "tell the fields of every op")
	flag.BoolVar(&opt.lint, "lint", false, "tell what `docker build --check` would say")
	flag.BoolVar(&opt.outline, "outline", false, "tell the outline (arguments, secrets, ssh)")
	flag.BoolVar(&opt.targets, "targets", false, "tell the targets")
	flag.BoolVar(&opt.ast, "ast", false, "tell how the parser reads the file")
	flag.IntVar(&opt.verify, "verify", 0, "convert `N` times more, and tell what differs")
	flag.DurationVar(&opt.bench, "bench", 0, "only time conversion and marshal, warmed, for this long a job")
	workers := flag.Int("workers", 1, "jobs at the same time")
	version := flag.Bool("version", false, "tell the version of BuildKit and exit")
	flag.Parse()
	if *version {
		fmt.Println(buildkitVersion())
		return
	}

	// A slot holds a job's place in the output while another worker may be done earlier.
	type slot struct {
		line []byte
		done chan []byte
	}
	slots := make(chan *slot, *workers*2)
	work := make(chan *slot, *workers*2)
	go func() {
		in := bufio.NewReaderSize(os.Stdin, 1<<20)
		for {
			line, err := in.ReadBytes('\n')
			if len(bytes.TrimSpace(line)) > 0 {
				s := &slot{line: line, done: make(chan []byte, 1)}
				slots <- s
				work <- s
			}
			if err != nil {
				break
			}
		}
		close(slots)
		close(work)
	}()
	for range *workers {
		go func() {
			for s := range work {
				s.done <- encode(judge(s.line, &opt))
			}
		}()
	}
	out := bufio.NewWriterSize(os.Stdout, 1<<20)
	defer out.Flush()
	for s := range slots {
		out.Write(<-s.done)
		if len(slots) == 0 {
			out.Flush()
		}
	}
}

func judge(line []byte, opt *options) any {
	var job Job
	if err := json.Unmarshal(line, &job); err != nil {
		return &Result{Error: "judge: bad job: " + err.Error()}
	}
	if job.Mode == "word" {
		return &Result{ID: job.ID, OK: true, Words: expandWords(&job)}
	}
	text, err := job.text()
	if err != nil {
		return &Result{ID: job.ID, Error: "judge: " + err.Error()}
	}
	if opt.bench > 0 {
		return measure(&job, text, opt.bench)
	}
	res := convert(&job, text, opt)
	if opt.lint {
		res.Lint = lint(&job, text)
	}
	if opt.ast {
		res.AST = parse(text)
	}
	if opt.outline {
		res.Outline = describe(&job, text, "frontend.outline")
	}
	if opt.targets {
		res.Targets = describe(&job, text, "frontend.targets")
	}
	for round := range opt.verify {
		verify(res, &job, text, opt, round)
	}
	return res
}

func encode(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func buildkitVersion() string {
	info, _ := debug.ReadBuildInfo()
	for _, dep := range info.Deps {
		if dep.Path == "github.com/moby/buildkit" {
			return dep.Version
		}
	}
	return "unknown"
}
