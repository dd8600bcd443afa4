package main

import (
	"bytes"
	"encoding/json"
	"reflect"
	"runtime"
	"slices"
	"sort"
)

// verify converts once more and notes in res what BuildKit does not always say alike. Which of several failing bases it
// names hangs on how many threads there are, so every other round has only one.
func verify(res *Result, job *Job, text []byte, opt *options, round int) {
	if round%2 == 0 {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	}
	differs := func(what string) {
		if !slices.Contains(res.Nondeterministic, what) {
			res.Nondeterministic = append(res.Nondeterministic, what)
			sort.Strings(res.Nondeterministic)
		}
	}
	again := convert(job, text, opt)
	sameError := again.Error == res.Error
	sameLocation := reflect.DeepEqual(again.ErrorLocation, res.ErrorLocation)
	if !sameError || again.OK != res.OK {
		differs("error")
	}
	if !sameLocation {
		differs("errorLocation")
	}
	if !again.OK && !(sameError && sameLocation) {
		other := Alternative{again.Error, again.ErrorLocation}
		known := slices.ContainsFunc(res.ErrorAlts, func(a Alternative) bool { return reflect.DeepEqual(a, other) })
		if !known {
			res.ErrorAlts = append(res.ErrorAlts, other)
		}
	}
	if again.DefDigest != res.DefDigest {
		differs("definition")
	} else if !reflect.DeepEqual(again.Definition, res.Definition) {
		differs("metadata")
	}
	if !bytes.Equal(again.Image, res.Image) {
		differs("image")
	}
	if !reflect.DeepEqual(again.BuildWarnings, res.BuildWarnings) {
		if sameSet(again.BuildWarnings, res.BuildWarnings) {
			differs("buildWarningsOrder")
		} else {
			differs("buildWarnings")
		}
	}
	if res.Lint == nil {
		return
	}
	if check := lint(job, text); !reflect.DeepEqual(check, res.Lint) {
		same := sameSet(check.Warnings, res.Lint.Warnings) && reflect.DeepEqual(check.BuildError, res.Lint.BuildError)
		if same && check.Error == res.Lint.Error {
			differs("lintOrder")
		} else {
			differs("lint")
		}
	}
}

func sameSet(a, b []Warning) bool { return slices.Equal(sorted(a), sorted(b)) }

func sorted(warnings []Warning) []string {
	out := make([]string, 0, len(warnings))
	for _, w := range warnings {
		js, _ := json.Marshal(w)
		out = append(out, string(js))
	}
	sort.Strings(out)
	return out
}
