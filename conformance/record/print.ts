// How a recorded scenario is laid out in its file: JSON with one vertex and one path a line, so that two recordings compare well.
import type { Scenario, Step } from './scenario.ts';

export function print(scenario: Scenario): string {
  const { steps, ...head } = scenario;
  const lines = Object.entries(head).map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)},\n`);
  return `{\n${lines.join('')}  "steps": [\n${steps.map(printStep).join(',\n')}\n  ]\n}\n`;
}

function printStep(step: Step): string {
  const { result, ...asked } = step;
  const fields = Object.entries(asked).map(([key, value]) => `      ${JSON.stringify(key)}: ${JSON.stringify(value)}`);
  if (result) {
    const inner = Object.entries(result).map(([key, value]) => {
      const name = `        ${JSON.stringify(key)}: `;
      if (key === 'vertices')
        return `${name}[\n${result.vertices.map((v) => `          ${JSON.stringify(v)}`).join(',\n')}\n        ]`;
      if (key === 'tree') {
        const rows = Object.entries(result.tree ?? {}).map(
          ([path, seen]) => `          ${JSON.stringify(path)}: ${JSON.stringify(seen)}`,
        );
        return `${name}{\n${rows.join(',\n')}\n        }`;
      }
      return name + JSON.stringify(value);
    });
    fields.push(`      "result": {\n${inner.join(',\n')}\n      }`);
  }
  return `    {\n${fields.join(',\n')}\n    }`;
}
