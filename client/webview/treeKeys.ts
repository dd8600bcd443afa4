// The keys of the outline and of the menus, as their patterns ask for: from a key press to what it does.
import { keyAction } from './keyboard.ts';

export type TreeStep =
  | { readonly kind: 'focus'; readonly item: HTMLElement | undefined }
  | { readonly kind: 'toggle' }
  /** To the text; with the focus where `focus` is set. */
  | { readonly kind: 'open'; readonly focus: boolean }
  /** Back to the picture. */
  | { readonly kind: 'leave'; readonly close: boolean }
  | { readonly kind: 'action'; readonly action: string };

/** What a key does on an item of the tree; nothing where it is not the tree's. */
export function treeStep(event: KeyboardEvent, target: HTMLElement, root: HTMLElement): TreeStep | undefined {
  if (event.ctrlKey || event.metaKey || event.altKey) return undefined;
  const items = Array.from(root.querySelectorAll<HTMLElement>('[role=treeitem]'));
  const at = items.indexOf(target);
  const expanded = target.getAttribute('aria-expanded');
  const focus = (item: HTMLElement | undefined): TreeStep => ({ kind: 'focus', item });
  switch (event.key) {
    case 'ArrowDown':
      return focus(items[at + 1]);
    case 'ArrowUp':
      return focus(items[at - 1]);
    case 'Home':
      return focus(items[0]);
    case 'End':
      return focus(items.at(-1));
    case 'ArrowRight':
      return expanded === 'false' ? { kind: 'toggle' } : focus(expanded === 'true' ? items[at + 1] : undefined);
    case 'ArrowLeft':
      if (expanded === 'true') return { kind: 'toggle' };
      return focus(items.slice(0, at).findLast((item) => item.getAttribute('aria-level') === '1'));
    case 'Enter':
    case ' ':
      return expanded === null ? { kind: 'open', focus: event.key === 'Enter' } : { kind: 'toggle' };
    case 'Escape':
      return { kind: 'leave', close: false };
    default: {
      const action = keyAction(event);
      if (action === undefined || action.startsWith('go:')) return undefined;
      return action === 'outline' ? { kind: 'leave', close: true } : { kind: 'action', action };
    }
  }
}

/** Moves the one place that Tab reaches, and the focus, to an item. */
export function focusItem(root: HTMLElement, item: HTMLElement | undefined): void {
  if (!item) return;
  for (const each of root.querySelectorAll<HTMLElement>('[role=treeitem][tabindex="0"]')) each.tabIndex = -1;
  item.tabIndex = 0;
  item.focus();
}

/** The item that a key leads to; `close` the menu, or let the key `pass` and close it. */
export function menuStep(event: KeyboardEvent, target: HTMLElement): HTMLElement | 'close' | 'pass' | undefined {
  const items = Array.from(target.parentElement?.querySelectorAll<HTMLElement>('[role=menuitem]') ?? []);
  const at = items.indexOf(target);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  if (to !== undefined) return items[(to + items.length) % items.length];
  if (event.key === 'Escape') return 'close';
  return event.key === 'Tab' ? 'pass' : undefined;
}
