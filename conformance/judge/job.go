package main

import (
	"encoding/base64"
	"encoding/json"
	"os"
)

// A Job is one Dockerfile and everything that a build of it is told. One line of JSON each.
type Job struct {
	ID string `json:"id"`

	// The text: exactly one of these. DockerfileB64 is for bytes that are not UTF-8.
	Dockerfile    *string `json:"dockerfile,omitempty"`
	DockerfileB64 string  `json:"dockerfileB64,omitempty"`
	Path          string  `json:"path,omitempty"`

	Filename  string            `json:"filename,omitempty"`
	Target    string            `json:"target,omitempty"`
	BuildArgs map[string]string `json:"buildArgs,omitempty"`
	Labels    map[string]string `json:"labels,omitempty"`
	// Platform is the value of --platform; "" where it is not given.
	Platform string `json:"platform,omitempty"`
	// WorkerPlatform is the worker's own: the build platform, and the target where none is given.
	WorkerPlatform string `json:"workerPlatform,omitempty"`
	// Dockerignore is the text of <context>/.dockerignore, DockerfileIgnore that of <filename>.dockerignore.
	Dockerignore     *string `json:"dockerignore,omitempty"`
	DockerfileIgnore *string `json:"dockerfileIgnore,omitempty"`
	// Opts are raw frontend attributes; they win over the fields above.
	Opts         map[string]string `json:"opts,omitempty"`
	SessionID    string            `json:"sessionID,omitempty"`
	DisabledCaps []string          `json:"disabledCaps,omitempty"`

	// Images by normalized reference with tag; every other reference gets the stub.
	Images map[string]Image `json:"images,omitempty"`
	// ResolveDigest: "" or "none": images have no digest; "hash": that of the reference's text, or the one in the
	// reference; "sha256:...": that one for every image.
	ResolveDigest string `json:"resolveDigest,omitempty"`

	// Mode "word" runs the shell lexer alone, over Words.
	Mode              string   `json:"mode,omitempty"`
	Words             []string `json:"words,omitempty"`
	Env               []string `json:"env,omitempty"`
	Escape            string   `json:"escape,omitempty"`
	RawQuotes         bool     `json:"rawQuotes,omitempty"`
	RawEscapes        bool     `json:"rawEscapes,omitempty"`
	SkipProcessQuotes bool     `json:"skipProcessQuotes,omitempty"`
	SkipUnsetEnv      bool     `json:"skipUnsetEnv,omitempty"`
}

// An Image is what the registry says of a reference.
type Image struct {
	Ref    string          `json:"ref,omitempty"`
	Digest string          `json:"digest,omitempty"`
	Config json.RawMessage `json:"config,omitempty"`
	Error  string          `json:"error,omitempty"`
}

func (j *Job) text() ([]byte, error) {
	switch {
	case j.Dockerfile != nil:
		return []byte(*j.Dockerfile), nil
	case j.Path != "":
		return os.ReadFile(j.Path)
	}
	return base64.StdEncoding.DecodeString(j.DockerfileB64)
}

func (j *Job) filename() string { return or(j.Filename, "Dockerfile") }

func (j *Job) sessionID() string { return or(j.SessionID, "oracle-session") }

func (j *Job) workerPlatform() string { return or(j.WorkerPlatform, "linux/amd64") }

// attributes are what a client would send to the frontend.
func (j *Job) attributes() map[string]string {
	attrs := map[string]string{"filename": j.filename()}
	if j.Target != "" {
		attrs["target"] = j.Target
	}
	if j.Platform != "" {
		attrs["platform"] = j.Platform
	}
	for k, v := range j.BuildArgs {
		attrs["build-arg:"+k] = v
	}
	for k, v := range j.Labels {
		attrs["label:"+k] = v
	}
	for k, v := range j.Opts {
		attrs[k] = v
	}
	return attrs
}

func or(value, fallback string) string {
	if value == "" {
		return fallback
	}
	return value
}
