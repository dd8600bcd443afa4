// The judge of listings: what BuildKit's own client would send of a folder, by the library that it walks with.
//
// It reads one JSON job a line from standard input, {"root": folder, "follow": [paths] or null, "exclude": [patterns]}, and writes
// one line for each: {"sent": [[path, size], ...], "error": text}. Sizes are -1 for what is no file; a further name of a file that
// was already sent has none. With "copy", {"src": path, "include": [patterns], "exclude": [patterns]}, it also writes what a COPY
// would take of the whole folder, "copied": [paths], or "copyError".
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	gofs "io/fs"
	"os"
	"path/filepath"
	"sort"

	contfs "github.com/containerd/continuity/fs"
	"github.com/tonistiigi/fsutil"
	fscopy "github.com/tonistiigi/fsutil/copy"
	"github.com/tonistiigi/fsutil/types"
)

type job struct {
	Root    string   `json:"root"`
	Follow  []string `json:"follow"`
	Exclude []string `json:"exclude"`
	Copy    *struct {
		Src     string   `json:"src"`
		Include []string `json:"include"`
		Exclude []string `json:"exclude"`
	} `json:"copy"`
}

type answer struct {
	Sent      [][2]any `json:"sent"`
	Error     string   `json:"error"`
	Copied    []string `json:"copied"`
	CopyError string   `json:"copyError"`
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
		a.Copied = []string{}
		if j.Copy != nil {
			if err := take(j, &a.Copied); err != nil {
				a.CopyError = err.Error()
			}
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

// take copies as BuildKit's file op does, each match of a wildcard to a folder of its own, and lists what came there.
func take(j job, taken *[]string) error {
	matches, err := fscopy.ResolveWildcards(j.Root, j.Copy.Src, true)
	if err != nil {
		return err
	}
	found := map[string]bool{}
	for _, match := range matches {
		real, err := contfs.RootPath(j.Root, filepath.Join("/", match))
		if err != nil {
			return err
		}
		out, err := os.MkdirTemp("", "llb-lens-copied-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(out)
		info, err := os.Lstat(real)
		if err != nil {
			return err
		}
		if err := fscopy.Copy(context.Background(), j.Root, match, out, "/d/", func(ci *fscopy.CopyInfo) {
			ci.IncludePatterns = j.Copy.Include
			ci.ExcludePatterns = j.Copy.Exclude
			ci.CopyDirContents = true
			ci.FollowLinks = true
		}); err != nil {
			return err
		}
		base := filepath.Join(out, "d")
		err = filepath.WalkDir(base, func(path string, entry gofs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			source := real
			if info.IsDir() {
				rel, err := filepath.Rel(base, path)
				if err != nil {
					return err
				}
				source = filepath.Join(real, rel)
			}
			rel, err := filepath.Rel(j.Root, source)
			found[rel] = true
			return err
		})
		if err != nil {
			return err
		}
	}
	for path := range found {
		*taken = append(*taken, path)
	}
	sort.Strings(*taken)
	return nil
}
