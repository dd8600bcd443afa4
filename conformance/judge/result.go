package main

import (
	"encoding/json"

	"github.com/moby/buildkit/solver/pb"
)

// A Result is what BuildKit makes of a job. One line of JSON each.
type Result struct {
	ID            string    `json:"id"`
	OK            bool      `json:"ok"`
	Error         string    `json:"error,omitempty"`
	ErrorLocation [][]Range `json:"errorLocation,omitempty"`
	Panic         string    `json:"panic,omitempty"`

	// Head is the digest of the vertex that the definition ends in.
	Head string `json:"head,omitempty"`
	// DefDigest is the SHA-256 of the digests of all ops, in order.
	DefDigest   string       `json:"defDigest,omitempty"`
	Definition  []Op         `json:"definition,omitempty"`
	SourceInfos []SourceInfo `json:"sourceInfos,omitempty"`

	Image     json.RawMessage `json:"image,omitempty"`
	BaseImage json.RawMessage `json:"baseImage,omitempty"`
	Epoch     string          `json:"epoch,omitempty"`

	// BuildWarnings are those of the conversion itself; Lint is what `docker build --check` says.
	BuildWarnings []Warning       `json:"buildWarnings,omitempty"`
	Lint          *Lint           `json:"lint,omitempty"`
	Outline       json.RawMessage `json:"outline,omitempty"`
	Targets       json.RawMessage `json:"targets,omitempty"`

	Resolves []Resolve `json:"resolves,omitempty"`
	// Forwarded: the frontend images that the job asked for (`# syntax=`).
	Forwarded []string `json:"forwarded,omitempty"`

	// What differed between several runs (-verify), and the other errors seen.
	Nondeterministic []string      `json:"nondeterministic,omitempty"`
	ErrorAlts        []Alternative `json:"errorAlts,omitempty"`

	Words []Word `json:"words,omitempty"`
	AST   *Node  `json:"ast,omitempty"`
}

// Lines count from 1; BuildKit's characters are always 0.
type Position struct {
	Line      int32 `json:"line"`
	Character int32 `json:"character"`
}

type Range struct {
	Start Position `json:"start"`
	End   Position `json:"end"`
}

type Location struct {
	SourceIndex int32   `json:"sourceIndex"`
	Ranges      []Range `json:"ranges"`
}

type Op struct {
	Digest   string          `json:"digest"`
	Size     int             `json:"size"`
	Op       json.RawMessage `json:"op,omitempty"`
	BytesHex string          `json:"bytesHex,omitempty"`
	Metadata *Metadata       `json:"metadata,omitempty"`
	Source   []Location      `json:"source,omitempty"`
}

type Metadata struct {
	Description    map[string]string  `json:"description,omitempty"`
	Caps           []string           `json:"caps,omitempty"`
	IgnoreCache    bool               `json:"ignoreCache,omitempty"`
	ExportCache    *bool              `json:"exportCache,omitempty"`
	ProgressGroup  *ProgressGroup     `json:"progressGroup,omitempty"`
	LinuxResources *pb.LinuxResources `json:"linuxResources,omitempty"`
}

// A ProgressGroup's id is random in BuildKit; here they are pg0, pg1, ... in order of appearance.
type ProgressGroup struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Weak bool   `json:"weak,omitempty"`
}

type SourceInfo struct {
	Filename   string `json:"filename"`
	Language   string `json:"language"`
	DataSHA256 string `json:"dataSha256"`
	DefHead    string `json:"defHead,omitempty"`
}

type Warning struct {
	RuleName    string  `json:"ruleName,omitempty"`
	Description string  `json:"description,omitempty"`
	URL         string  `json:"url,omitempty"`
	Detail      string  `json:"detail"`
	Level       int     `json:"level,omitempty"`
	SourceIndex int32   `json:"sourceIndex"`
	Ranges      []Range `json:"ranges"`
}

type Lint struct {
	Warnings   []Warning   `json:"warnings"`
	BuildError *BuildError `json:"buildError,omitempty"`
	Error      string      `json:"error,omitempty"`
}

type BuildError struct {
	Message  string   `json:"message"`
	Location Location `json:"location"`
}

type Resolve struct {
	Ref      string `json:"ref"`
	Platform string `json:"platform,omitempty"`
	LogName  string `json:"logName,omitempty"`
	Mode     string `json:"mode,omitempty"`
}

type Alternative struct {
	Error    string    `json:"error"`
	Location [][]Range `json:"location,omitempty"`
}

func rangesOf(ranges []*pb.Range) []Range {
	out := make([]Range, 0, len(ranges))
	for _, r := range ranges {
		out = append(out, Range{
			Start: Position{r.GetStart().GetLine(), r.GetStart().GetCharacter()},
			End:   Position{r.GetEnd().GetLine(), r.GetEnd().GetCharacter()},
		})
	}
	return out
}
