export type Thing = 'chromium' | 'neovim' | 'docker-registry';
export function find(name: Thing): string | undefined;
export function provide(...names: Thing[]): void;
