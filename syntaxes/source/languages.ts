// Which language stands inside a heredoc, by file extension, by the command that reads it, by its shebang.

export type Language = {
  /** The last part of `meta.embedded.block.*`. */
  id: string;
  /** The scope of the grammar that colours it. */
  scope: string;
  /** VS Code's name of the language. */
  languageId: string;
  /** How a path of such a file ends (a regular expression). */
  path?: string;
  /** A command that reads such a text from its input (a regular expression). */
  command?: string;
};

export const SHELL: Language = {
  id: 'shellscript',
  scope: 'source.shell',
  languageId: 'shellscript',
  path: '\\.(?:sh|bash|zsh|ksh|ash|bashrc|profile)',
  command: '(?:ba|da|z|a|k)?sh',
};

export const POWERSHELL: Language = {
  id: 'powershell',
  scope: 'source.powershell',
  languageId: 'powershell',
  path: '\\.(?:ps1|psm1|psd1)',
  command: '(?:pwsh|powershell)(?:\\.exe)?',
};

export const BATCH: Language = {
  id: 'bat',
  scope: 'source.batchfile',
  languageId: 'bat',
  path: '\\.(?:bat|cmd)',
};

export const LANGUAGES: readonly Language[] = [
  SHELL,
  {
    id: 'python',
    scope: 'source.python',
    languageId: 'python',
    path: '\\.pyi?',
    command: '(?:python|pypy)[0-9.]*',
  },
  {
    id: 'javascript',
    scope: 'source.js',
    languageId: 'javascript',
    path: '\\.[cm]?js',
    command: '(?:node|nodejs|deno|bun)',
  },
  { id: 'typescript', scope: 'source.ts', languageId: 'typescript', path: '\\.[cm]?ts', command: '(?:tsx|ts-node)' },
  { id: 'perl', scope: 'source.perl', languageId: 'perl', path: '\\.p[lm]', command: 'perl[0-9.]*' },
  { id: 'ruby', scope: 'source.ruby', languageId: 'ruby', path: '\\.rb', command: 'ruby[0-9.]*' },
  { id: 'php', scope: 'text.html.php', languageId: 'php', path: '\\.php', command: 'php[0-9.]*' },
  POWERSHELL,
  BATCH,
  { id: 'json', scope: 'source.json', languageId: 'json', path: '\\.json' },
  { id: 'jsonc', scope: 'source.json.comments', languageId: 'jsonc', path: '\\.jsonc' },
  { id: 'yaml', scope: 'source.yaml', languageId: 'yaml', path: '\\.ya?ml' },
  { id: 'toml', scope: 'source.toml', languageId: 'toml', path: '\\.toml' },
  { id: 'nginx', scope: 'source.nginx', languageId: 'nginx', path: 'nginx(?:[^\\s"\']*/)?[^\\s"\'/]*\\.conf' },
  {
    id: 'ini',
    scope: 'source.ini',
    languageId: 'ini',
    path: '\\.(?:ini|conf|cfg|cnf|env|properties|service|repo|desktop)',
  },
  { id: 'html', scope: 'text.html.basic', languageId: 'html', path: '\\.html?' },
  { id: 'css', scope: 'source.css', languageId: 'css', path: '\\.css' },
  { id: 'xml', scope: 'text.xml', languageId: 'xml', path: '\\.(?:xml|xsl|svg)' },
  {
    id: 'sql',
    scope: 'source.sql',
    languageId: 'sql',
    path: '\\.sql',
    command: '(?:psql|mysql|mariadb|sqlite3?|clickhouse-client|duckdb)',
  },
  { id: 'go', scope: 'source.go', languageId: 'go', path: '\\.go' },
];
