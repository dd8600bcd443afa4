import { expect, test } from 'vitest';
import { networkError, type ParsedMount, parseDevice, parseMount, securityError } from './mounts.ts';
import { processWord } from './shell.ts';

const variables: Readonly<Record<string, string>> = { A: 'x', T: 'cache' };
const env = { get: (key: string) => variables[key], keys: () => Object.keys(variables) };
const expand = (word: string) => processWord(word, env, { escape: '\\' }).result;

const nothing: Partial<ParsedMount> = {
  from: '',
  source: '',
  target: '',
  sizeLimit: 0,
  cacheId: '',
  cacheSharing: '',
  required: false,
  env: undefined,
  mode: undefined,
  uid: undefined,
  gid: undefined,
};

// The value of --mount, and what BuildKit 0.34.2 makes of it when it runs the instruction: a mount or an error.
const mounts: readonly (readonly [string, Partial<ParsedMount> | string])[] = [
  ['target=/x', { type: 'bind', target: '/x', readOnly: true }],
  ['type=cache,target=/x', { type: 'cache', target: '/x', readOnly: false }],
  ['type=tmpfs,size=64m', { type: 'tmpfs', readOnly: false, sizeLimit: 67108864 }],
  ['type=tmpfs,size=1.5GiB,readonly', { type: 'tmpfs', readOnly: true, sizeLimit: 1610612736 }],
  ['type=secret,id=a', { type: 'secret', readOnly: true, cacheId: 'a' }],
  [
    'type=secret,id=a,target=/b,required,mode=0400,uid=1,gid=2,env=E',
    { type: 'secret', target: '/b', readOnly: true, cacheId: 'a', required: true, env: 'E', mode: 256, uid: 1, gid: 2 },
  ],
  ['type=ssh,required=true', { type: 'ssh', readOnly: true, required: true }],
  ['type=bind,from=b,src=c,dst=/d,rw', { type: 'bind', from: 'b', source: 'c', target: '/d', readOnly: false }],
  [
    'TYPE=Cache,destination=/x,sharing=Locked,id=$A-y,ro=false',
    { type: 'cache', target: '/x', readOnly: false, cacheId: 'x-y', cacheSharing: 'locked' },
  ],
  ['type=$T,target=${A}', { type: 'cache', target: 'x', readOnly: false }],
  ['readwrite=false', { type: 'bind', readOnly: true }],
  ['ro', { type: 'bind', readOnly: true }],
  ['type=bogus', 'unsupported mount type "bogus"'],
  ['type=cach', 'unsupported mount type "cach" (did you mean cache?)'],
  ['type=bind,bogus=1', "unexpected key 'bogus' in 'bogus=1'"],
  ['type=bind,targt=/x', "unexpected key 'targt' in 'targt=/x' (did you mean target?)"],
  ['type=bind,x', "invalid field 'x' must be a key=value pair"],
  ['type=bind,required', "unexpected key 'required' for mount type 'bind'"],
  ['type=cache,size=1m', "unexpected key 'size' for mount type 'cache'"],
  ['type=tmpfs,size=x', 'invalid value for size: x'],
  ['type=bind,mode=0755', 'mode not allowed for "bind" type mounts'],
  ['type=tmpfs,uid=1', 'uid not allowed for "tmpfs" type mounts'],
  ['type=bind,gid=1', 'gid not allowed for "bind" type mounts'],
  ['type=cache,mode=9', 'invalid value 9 for mode'],
  ['type=cache,uid=-1', 'invalid value -1 for uid'],
  ['type=cache,gid=4294967296', 'invalid value 4294967296 for gid'],
  ['type=cache,sharing=all', 'unsupported sharing value "all"'],
  ['type=bind,sharing=shared', 'invalid cache sharing set for bind mount'],
  ['type=secret', 'invalid secret mount. one of source, target required'],
  ['type=secret,id=a,src=b', "both source and id can't be set"],
  ['type=secret,id=a,from=b', 'secret mount should not have a from'],
  ['type=secret,id=a,sharing=shared', 'secret mount should not define sharing'],
  ['ro=perhaps', 'invalid value for ro: perhaps'],
  ['type=ssh,required=perhaps', 'invalid value for required: perhaps'],
];

for (const [value, expected] of mounts) {
  test(`--mount=${value}`, () => {
    const parsed = parseMount(value, expand);
    if (typeof expected === 'string') expect('error' in parsed && parsed.error).toBe(expected);
    else expect(parsed).toEqual({ mount: { ...nothing, ...expected } });
  });
}

test('without variables only the form and from are judged', () => {
  expect(parseMount('type=bogus,x,from=$A')).toMatchObject({
    error: "'from' doesn't support variable expansion, define alias stage instead",
    part: 'value',
  });
  expect(parseMount('type=bogus,x,from=a$')).toMatchObject({ mount: { from: 'a$' } });
});

const devices = [
  ['a.com/b=c', { name: 'a.com/b=c', required: false }],
  ['a,required', { name: 'a', required: true }],
  ['name=a,required=false', { name: 'a', required: false }],
  ['required', { name: '', required: true }],
] as const;

for (const [value, device] of devices) {
  test(`--device=${value}`, () => expect(parseDevice(value)).toEqual({ device }));
}

test('networks and security modes', () => {
  expect(['default', 'host', 'none', 'x'].map(networkError)).toEqual([
    undefined,
    undefined,
    undefined,
    'invalid network mode "x"',
  ]);
  expect(['sandbox', 'insecure', ''].map(securityError)).toEqual([undefined, undefined, 'security "" is not valid']);
});
