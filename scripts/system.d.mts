export function find(name: 'chromium' | 'neovim'): string | undefined;
export function provide(...names: ('chromium' | 'neovim')[]): void;
