// What VS Code's four default themes set for a webview: the class of its body, and the variables that the view reads.

export interface EditorTheme {
  readonly bodyClass: string;
  readonly variables: Readonly<Record<string, string>>;
}

export type EditorThemeName = 'light' | 'dark' | 'high-contrast' | 'high-contrast-light';

const fonts = {
  '--vscode-font-family': '"Liberation Sans", sans-serif',
  '--vscode-editor-font-family': '"DejaVu Sans Mono", monospace',
};

export const editorThemes: Readonly<Record<EditorThemeName, EditorTheme>> = {
  light: {
    bodyClass: 'vscode-light',
    variables: {
      ...fonts,
      '--vscode-editor-background': '#ffffff',
      '--vscode-foreground': '#3b3b3b',
      '--vscode-descriptionForeground': '#3b3b3b',
      '--vscode-sideBar-background': '#f8f8f8',
      '--vscode-panel-border': '#e5e5e5',
      '--vscode-editorWidget-background': '#f8f8f8',
      '--vscode-editorWidget-border': '#c8c8c8',
      '--vscode-focusBorder': '#005fb8',
      '--vscode-input-background': '#ffffff',
      '--vscode-input-border': '#cecece',
      '--vscode-button-background': '#005fb8',
      '--vscode-button-foreground': '#ffffff',
      '--vscode-toolbar-hoverBackground': '#b8b8b850',
      '--vscode-list-activeSelectionBackground': '#e8e8e8',
      '--vscode-list-activeSelectionForeground': '#000000',
      '--vscode-widget-shadow': '#00000029',
    },
  },
  dark: {
    bodyClass: 'vscode-dark',
    variables: {
      ...fonts,
      '--vscode-editor-background': '#1f1f1f',
      '--vscode-foreground': '#cccccc',
      '--vscode-descriptionForeground': '#9d9d9d',
      '--vscode-sideBar-background': '#181818',
      '--vscode-panel-border': '#2b2b2b',
      '--vscode-editorWidget-background': '#202020',
      '--vscode-editorWidget-border': '#454545',
      '--vscode-focusBorder': '#0078d4',
      '--vscode-input-background': '#313131',
      '--vscode-input-border': '#3c3c3c',
      '--vscode-button-background': '#0078d4',
      '--vscode-button-foreground': '#ffffff',
      '--vscode-toolbar-hoverBackground': '#5a5d5e50',
      '--vscode-list-activeSelectionBackground': '#04395e',
      '--vscode-list-activeSelectionForeground': '#ffffff',
      '--vscode-widget-shadow': '#0000005c',
    },
  },
  'high-contrast': {
    bodyClass: 'vscode-high-contrast',
    variables: {
      ...fonts,
      '--vscode-editor-background': '#000000',
      '--vscode-foreground': '#ffffff',
      '--vscode-descriptionForeground': '#ffffffb3',
      '--vscode-sideBar-background': '#000000',
      '--vscode-panel-border': '#6fc3df',
      '--vscode-contrastBorder': '#6fc3df',
      '--vscode-editorWidget-background': '#0c141f',
      '--vscode-editorWidget-border': '#6fc3df',
      '--vscode-focusBorder': '#f38518',
      '--vscode-input-background': '#000000',
      '--vscode-input-border': '#6fc3df',
      '--vscode-button-background': '#000000',
      '--vscode-button-foreground': '#ffffff',
      '--vscode-button-border': '#6fc3df',
    },
  },
  'high-contrast-light': {
    bodyClass: 'vscode-high-contrast vscode-high-contrast-light',
    variables: {
      ...fonts,
      '--vscode-editor-background': '#ffffff',
      '--vscode-foreground': '#292929',
      '--vscode-descriptionForeground': '#292929b3',
      '--vscode-sideBar-background': '#ffffff',
      '--vscode-panel-border': '#0f4a85',
      '--vscode-contrastBorder': '#0f4a85',
      '--vscode-editorWidget-background': '#ffffff',
      '--vscode-editorWidget-border': '#0f4a85',
      '--vscode-focusBorder': '#006bbd',
      '--vscode-input-background': '#ffffff',
      '--vscode-input-border': '#0f4a85',
      '--vscode-button-background': '#0f4a85',
      '--vscode-button-foreground': '#ffffff',
      '--vscode-button-border': '#0f4a85',
    },
  },
};
