// Written by `npm run rules`: the page of each rule, as Markdown.

// biome-ignore format: one page a line
export const pages: Readonly<Record<string, string>> = {
  ConsistentInstructionCasing: '# ConsistentInstructionCasing\n\nAn instruction is written in another case than most instructions of the file.\n\n## Why\n\nBuildKit takes `run`, `RUN` and `Run` for the same. A file in one case is easier to read and to search.\n\n## Example\n\n```dockerfile\nFROM alpine\nrun make\n#^^ ConsistentInstructionCasing\nCOPY . /src/\n```\n\n```dockerfile\nFROM alpine\nRUN make\nCOPY . /src/\n```\n\n```dockerfile\nfrom alpine\nrun make\n```\n\n## How to fix\n\nWrite all of them in the case that most have; with as many of either, in upper case. The fix changes no vertex.\n',
  FromAsCasing: '# FromAsCasing\n\n`FROM` and `AS` of one line are written in different cases.\n\n## Why\n\nBuildKit reads both the same way. For a person, a line in two styles is harder to scan, and a stage\'s name is easy to miss\nbehind an `as` that looks like part of the image.\n\n## Example\n\n```dockerfile\nFROM alpine as build\n#           ^^ FromAsCasing\nRUN make\n```\n\n```dockerfile\nFROM alpine AS build\nRUN make\n```\n\n```dockerfile\nfrom alpine as build\nrun make\n```\n\n## How to fix\n\nWrite `AS` as you write `FROM`. The fix changes no vertex.\n',
};
