// From elements as data to the DOM: only what differs is touched, and data never becomes markup.
import type { Element } from './scene.ts';

const svg = 'http://www.w3.org/2000/svg';
const html = 'http://www.w3.org/1999/xhtml';

type Node = SVGElement | HTMLElement;

/** Makes the children of `parent` those in `after`; `before` is what was synced last. Returns how many changes it took. */
export function syncChildren(parent: Node, before: readonly Element[], after: readonly Element[]): number {
  if (before === after) return 0;
  let changes = 0;
  const keyed = after.length > 0 && after.every((child) => child.key !== undefined);
  if (!keyed || before.some((child) => child.key === undefined)) {
    for (let i = after.length; i < before.length; i++) {
      parent.lastElementChild?.remove();
      changes++;
    }
    for (const [i, child] of after.entries()) {
      const old = before[i];
      const node = old ? (parent.children[i] as Node) : undefined;
      if (node && old && old.tag === child.tag && old.key === child.key) changes += sync(node, old, child);
      else {
        const made = create(child, parent);
        if (node) node.replaceWith(made);
        else parent.append(made);
        changes++;
      }
    }
    return changes;
  }
  const nodes = new Map<string, { node: Node; element: Element }>();
  const children = Array.from(parent.children) as Node[];
  for (const [i, child] of before.entries()) nodes.set(child.key!, { node: children[i]!, element: child });
  const wanted = new Set(after.map((child) => child.key!));
  for (const [key, { node }] of nodes) {
    if (wanted.has(key)) continue;
    node.remove();
    changes++;
  }
  let here = parent.firstElementChild;
  for (const child of after) {
    const old = nodes.get(child.key!);
    if (old && old.element.tag === child.tag) {
      changes += sync(old.node, old.element, child);
      if (old.node === here) here = here.nextElementSibling;
      else {
        parent.insertBefore(old.node, here);
        changes++;
      }
    } else {
      old?.node.remove();
      parent.insertBefore(create(child, parent), here);
      changes++;
    }
  }
  return changes;
}

function sync(node: Node, before: Element, after: Element): number {
  if (before === after) return 0;
  let changes = 0;
  for (const name of Object.keys(before.attributes)) {
    if (name in after.attributes) continue;
    node.removeAttribute(name);
    changes++;
  }
  for (const [name, value] of Object.entries(after.attributes)) {
    if (before.attributes[name] === value) continue;
    setAttribute(node, name, value);
    changes++;
  }
  if (after.text !== undefined) {
    if (before.text !== after.text || before.children.length > 0) {
      node.textContent = after.text;
      changes++;
    }
    return changes;
  }
  if (before.text !== undefined) node.textContent = '';
  return changes + syncChildren(node, before.text === undefined ? before.children : [], after.children);
}

function create(element: Element, parent: Node): Node {
  const space =
    element.tag === 'svg' || (parent.namespaceURI === svg && parent.tagName !== 'foreignObject') ? svg : html;
  const node = document.createElementNS(space, element.tag) as Node;
  for (const [name, value] of Object.entries(element.attributes)) setAttribute(node, name, value);
  if (element.text !== undefined) node.textContent = element.text;
  else for (const child of element.children) node.append(create(child, node));
  return node;
}

/** Elements never carry behaviour: a handler or a link in an attribute is a mistake of ours, and goes nowhere. */
function setAttribute(node: Node, name: string, value: string): void {
  if (/^on|^(href|src|style|action|formaction|srcdoc)$/i.test(name)) return;
  if (name === 'checked') (node as HTMLInputElement).checked = value === 'true';
  node.setAttribute(name, value);
}
