package main

import (
	"context"
	"encoding/json"

	"github.com/moby/buildkit/solver/pb"
	"github.com/pkg/errors"
)

// subrequest asks the frontend about the file instead of building it.
func subrequest(job *Job, text []byte, id string) (answer []byte, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = errors.Errorf("panic: %v", r)
		}
	}()
	res, _, err := build(context.Background(), job, text, map[string]string{
		"requestid":     id,
		"frontend.caps": "moby.buildkit.frontend.subrequests",
	})
	if err != nil {
		return nil, err
	}
	return res.Metadata["result.json"], nil
}

// lint is `docker build --check`: the warnings of every stage.
func lint(job *Job, text []byte) *Lint {
	out := &Lint{Warnings: []Warning{}}
	js, err := subrequest(job, text, "frontend.lint")
	if err != nil {
		out.Error = err.Error()
		return out
	}
	var answer struct {
		Warnings []struct {
			RuleName    string       `json:"ruleName"`
			Description string       `json:"description"`
			URL         string       `json:"url"`
			Detail      string       `json:"detail"`
			Location    *pb.Location `json:"location"`
		} `json:"warnings"`
		Error *struct {
			Message  string       `json:"message"`
			Location *pb.Location `json:"location"`
		} `json:"buildError"`
	}
	if err := json.Unmarshal(js, &answer); err != nil {
		out.Error = "judge: " + err.Error()
		return out
	}
	for _, w := range answer.Warnings {
		out.Warnings = append(out.Warnings, Warning{
			RuleName: w.RuleName, Description: w.Description, URL: w.URL, Detail: w.Detail,
			SourceIndex: w.Location.GetSourceIndex(), Ranges: rangesOf(w.Location.GetRanges()),
		})
	}
	if answer.Error != nil {
		at := answer.Error.Location
		out.BuildError = &BuildError{answer.Error.Message, Location{at.GetSourceIndex(), rangesOf(at.GetRanges())}}
	}
	return out
}

// describe is the answer of frontend.outline or frontend.targets, without the sources that it repeats.
func describe(job *Job, text []byte, id string) json.RawMessage {
	js, err := subrequest(job, text, id)
	if err != nil || len(js) == 0 {
		return nil
	}
	var answer map[string]json.RawMessage
	if json.Unmarshal(js, &answer) != nil {
		return nil
	}
	delete(answer, "sources")
	out, _ := json.Marshal(answer)
	return out
}
