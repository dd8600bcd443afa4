// What walks through VS Code share: how a word is hovered over, a place gone to, and what is in the way closed.
import type { Locator, Page } from 'playwright-core';

/** Where the walk has come to. */
export interface Walk {
  readonly page: Page;
  readonly editor: Locator;
  readonly shot: (name: string) => Promise<unknown>;
}

/** The lines of the editor that have this text; blanks are no-break spaces there. */
export function line(editor: Locator, text: string): Locator {
  return editor.locator('.view-line', { hasText: text });
}

/** The hover that has this text. */
export function shown(page: Page, text: string): Locator {
  return page.locator('.monaco-hover:not(.hidden) .hover-contents', { hasText: text }).first();
}

/** Puts the mouse where nothing answers it and closes what is open, so that nothing covers what comes next. */
export async function calm({ page }: Walk): Promise<void> {
  await page.mouse.move(640, 795);
  const open = page.locator('.monaco-hover:not(.hidden):visible, .suggest-widget.visible');
  await again(async () => {
    if ((await open.count()) === 0) return;
    await page.keyboard.press('Escape');
    throw new Error('something stays open');
  });
}

export async function goTo(walk: Walk, lineNumber: number, column: number): Promise<void> {
  const { page } = walk;
  await calm(walk);
  await page.keyboard.press('Control+g');
  const box = page.locator('.quick-input-widget:visible input');
  await box.waitFor();
  await box.fill(`:${lineNumber}:${column}`);
  await page.keyboard.press('Enter');
  await box.waitFor({ state: 'hidden' });
  await page.locator('#status\\.editor\\.selection', { hasText: `Ln ${lineNumber}, Col ${column}` }).waitFor();
}

/** Moves the mouse onto a word of a line until a hover with that text shows; gives all of it. */
export async function hover(walk: Walk, where: Locator, word: string, text: string): Promise<string> {
  const { page } = walk;
  const found = shown(page, text);
  await again(async () => {
    await calm(walk);
    const box = await where.locator('span > span', { hasText: word }).first().boundingBox();
    if (box === null) throw new Error(`${word} is not to be seen`);
    await page.mouse.move(box.x + 12, box.y + box.height / 2, { steps: 4 });
    await found.waitFor({ timeout: 3000 });
  });
  return found.innerText();
}

/** Tries what an editor may overlook once: a key pressed or a pointer moved while it still registers something. */
export async function again(attempt: () => Promise<void>): Promise<void> {
  for (let i = 0; ; i++) {
    try {
      return await attempt();
    } catch (error) {
      if (i === 19) throw error;
      await new Promise((done) => setTimeout(done, 150));
    }
  }
}
