// The judge of listings: what BuildKit's own client would send of a folder, by the library that it walks with.
//
// It reads one JSON job a line from standard input, {"root": folder, "follow": [paths] or null, "exclude": [patterns]}, and writes
// one line for each: {"sent": [[path, size], ...], "error": text}. Sizes are -1 for what is no file; a further name of a file that
// was already sent has none.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	gofs "io/fs"
	"os"

	"github.com/tonistiigi/fsutil"
	"github.com/tonistiigi/fsutil/types"
)

type job struct {
	Root    string   `json:"root"`
	Follow  []string `json:"follow"`
	Exclude []string `json:"exclude"`
}

type answer struct {
	Sent  [][2]any `json:"sent"`
	Error string   `json:"error"`
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 64<<20)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for in.Scan() {
		var j job
		if err := json.Unmarshal(in.Bytes(), &j); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		sent, err := list(j)
		a := answer{Sent: sent}
		if a.Sent == nil {
			a.Sent = [][2]any{}
		}
		if err != nil {
			a.Error = err.Error()
		}
		line, err := json.Marshal(a)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		out.Write(append(line, '\n'))
	}
	if err := in.Err(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// list filters as filesync does for a client and walks as the sender does.
func list(j job) ([][2]any, error) {
	fs, err := fsutil.NewFS(j.Root)
	if err != nil {
		return nil, err
	}
	fs, err = fsutil.NewFilterFS(fs, &fsutil.FilterOpt{ExcludePatterns: j.Exclude, FollowPaths: j.Follow})
	if err != nil {
		return nil, err
	}
	var sent [][2]any
	err = fsutil.WithHardlinkReset(fs).Walk(context.Background(), "/", func(path string, entry gofs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		stat, ok := info.Sys().(*types.Stat)
		if !ok {
			return fmt.Errorf("no stat of %s", path)
		}
		var size int64 = -1
		if os.FileMode(stat.Mode)&os.ModeType == 0 && stat.Linkname == "" {
			size = info.Size()
		}
		sent = append(sent, [2]any{stat.Path, size})
		return nil
	})
	return sent, err
}
