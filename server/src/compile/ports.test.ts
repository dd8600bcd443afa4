import { expect, test } from 'vitest';
import { parsePort } from './ports.ts';

// What BuildKit's EXPOSE answers: the ports, a bar, the rules of its checks; or the error behind `!` and the rules.

const cases = [
  ['80', ['80/tcp', '|']],
  ['80/tcp', ['80/tcp', '|']],
  ['80/TCP', ['80/tcp', '|', 'ExposeProtoCasing']],
  ['53/Udp', ['53/udp', '|', 'ExposeProtoCasing']],
  ['9/sctp', ['9/sctp', '|']],
  ['+80', ['80/tcp', '|']],
  ['0080', ['80/tcp', '|']],
  ['0', ['0/tcp', '|']],
  ['65535', ['65535/tcp', '|']],
  ['80-80', ['80/tcp', '|']],
  ['8000-8003/udp', ['8000/udp', '8001/udp', '8002/udp', '8003/udp', '|']],
  ['8080:80', ['80/tcp', '|', 'ExposeInvalidFormat']],
  ['8080:80/TCP', ['80/tcp', '|', 'ExposeProtoCasing', 'ExposeInvalidFormat']],
  [':80', ['80/tcp', '|']],
  ['127.0.0.1:8080:80', ['80/tcp', '|', 'ExposeInvalidFormat']],
  ['[::1]:8080:80', ['80/tcp', '|', 'ExposeInvalidFormat']],
  ['::1:8080:80', ['80/tcp', '|', 'ExposeInvalidFormat']],
  ['::80', ['80/tcp', '|']],
  ['8000-8002:80-82', ['80/tcp', '81/tcp', '82/tcp', '|', 'ExposeInvalidFormat']],
  ['8000-8001:80', ['80/tcp', '|', 'ExposeInvalidFormat']],
  ['80/tcp:90', ['!invalid hostPort: 80/tcp', 'ExposeInvalidFormat']],
  ['', ['!invalid port: "": no port specified']],
  ['/tcp', ['!invalid port: "/tcp": no port specified']],
  ['80/', ['80/tcp', '|']],
  ['80/x', ['!invalid port: "80/x": invalid proto: x']],
  ['80/tcp/udp', ['!invalid port: "80/tcp/udp": invalid proto: tcp/udp']],
  ['a', ['!invalid containerPort: a']],
  ['-1', ['!invalid containerPort: -1']],
  ['65536', ['!invalid containerPort: 65536']],
  ['90-80', ['!invalid containerPort: 90-80']],
  ['80-', ['!invalid containerPort: 80-']],
  ['80-a', ['!invalid containerPort: 80-a']],
  [
    '8000-8001:80-82',
    ['!invalid ranges specified for container and host Ports: 80-82 and 8000-8001', 'ExposeInvalidFormat'],
  ],
  ['80:x', ['!invalid containerPort: x', 'ExposeInvalidFormat']],
  ['x:80', ['!invalid hostPort: x', 'ExposeInvalidFormat']],
  ['a:1:2', ['!invalid IP address: a', 'ExposeInvalidFormat']],
  ['1.2.3:1:2', ['!invalid IP address: 1.2.3', 'ExposeInvalidFormat']],
  ['fe80::1%e:1:2', ['!invalid IP address: fe80::1%e', 'ExposeInvalidFormat']],
  ['[::1:80:80', ["!invalid IP address [::1: address [::1:: missing ']' in address", 'ExposeInvalidFormat']],
  ['[::1]x:80:80', ['!invalid IP address [::1]x: address [::1]x:: missing port in address', 'ExposeInvalidFormat']],
  ['[a[b]:1:2', ["!invalid IP address [a[b]: address [a[b]:: unexpected '[' in address", 'ExposeInvalidFormat']],
  ['[::1]]:1:2', ['!invalid IP address [::1]]: address [::1]]:: missing port in address', 'ExposeInvalidFormat']],
  ['[]:1:2', ['2/tcp', '|', 'ExposeInvalidFormat']],
  ['[x]:1:2', ['!invalid IP address: x', 'ExposeInvalidFormat']],
] as const;

for (const [text, expected] of cases) {
  test(`EXPOSE ${text}`, () => {
    const { ports, rules, error } = parsePort(text);
    expect(error === undefined ? [...ports, '|', ...rules] : [`!${error}`, ...rules]).toEqual(expected);
    if (error !== undefined) expect(ports).toEqual([]);
  });
}

test('a range is there in full', () => {
  expect(parsePort('0-65535').ports).toHaveLength(65536);
});
