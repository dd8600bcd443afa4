package main

import (
	"bytes"

	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

// A Node is an instruction as BuildKit's parser reads it.
type Node struct {
	Value    string           `json:"value,omitempty"`
	Flags    []string         `json:"flags,omitempty"`
	JSON     bool             `json:"json,omitempty"`
	Original string           `json:"original,omitempty"`
	Start    int              `json:"start,omitempty"`
	End      int              `json:"end,omitempty"`
	Comments []string         `json:"comments,omitempty"`
	Heredocs []parser.Heredoc `json:"heredocs,omitempty"`
	Children []*Node          `json:"children,omitempty"`
	Next     []string         `json:"next,omitempty"`
}

func parse(text []byte) *Node {
	read, err := parser.Parse(bytes.NewReader(text))
	if err != nil {
		return nil
	}
	return nodeOf(read.AST)
}

func nodeOf(n *parser.Node) *Node {
	out := &Node{
		Value: n.Value, Flags: n.Flags, JSON: n.Attributes["json"], Original: n.Original,
		Start: n.StartLine, End: n.EndLine, Comments: n.PrevComment, Heredocs: n.Heredocs,
	}
	for _, child := range n.Children {
		out.Children = append(out.Children, nodeOf(child))
	}
	for next := n.Next; next != nil; next = next.Next {
		out.Next = append(out.Next, next.Value)
		for _, child := range next.Children {
			out.Children = append(out.Children, nodeOf(child))
		}
	}
	return out
}
