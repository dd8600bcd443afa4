package main

import (
	"sort"

	"github.com/moby/buildkit/frontend/dockerfile/shell"
)

// A Word is what the shell lexer makes of one word, as one word and split into several.
type Word struct {
	Word      string   `json:"word"`
	Result    string   `json:"result"`
	Error     string   `json:"error,omitempty"`
	Matched   []string `json:"matched,omitempty"`
	Unmatched []string `json:"unmatched,omitempty"`
	Words     []string `json:"words"`
	WordsErr  string   `json:"wordsError,omitempty"`
}

func expandWords(job *Job) []Word {
	escape := '\\'
	if job.Escape == "`" {
		escape = '`'
	}
	env := shell.EnvsFromSlice(job.Env)
	var out []Word
	for _, word := range job.Words {
		lex := shell.NewLex(escape)
		lex.RawQuotes, lex.RawEscapes = job.RawQuotes, job.RawEscapes
		lex.SkipProcessQuotes, lex.SkipUnsetEnv = job.SkipProcessQuotes, job.SkipUnsetEnv
		one, err := lex.ProcessWordWithMatches(word, env)
		w := Word{Word: word, Result: one.Result, Matched: keys(one.Matched), Unmatched: keys(one.Unmatched)}
		if err != nil {
			w.Error = err.Error()
		}
		w.Words, err = shell.NewLex(escape).ProcessWords(word, env)
		if err != nil {
			w.WordsErr = err.Error()
		}
		out = append(out, w)
	}
	return out
}

func keys(set map[string]struct{}) []string {
	var out []string
	for k := range set {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}
