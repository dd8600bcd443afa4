// The image configuration that a build starts from and leaves behind, and its JSON, byte for byte as Go writes it.

import { field, isJsonObject, type Json, type JsonObject, jsonString, unmarshalJson } from '../go/json.ts';
import { compareUtf8 } from '../go/utf8.ts';
import type { Platform } from '../oci/platform.ts';
import { defaultPathEnv } from './paths.ts';

export interface History {
  /** RFC 3339 in Go's form; undefined where not set. */
  readonly created: string | undefined;
  /** A function where making the text is not worth the time until someone reads it. */
  readonly createdBy: string | (() => string);
  readonly author: string;
  readonly comment: string;
  readonly emptyLayer: boolean;
}
export interface HealthcheckConfig {
  readonly test: readonly string[] | undefined;
  /** Nanoseconds. */
  readonly interval: number;
  readonly timeout: number;
  readonly startPeriod: number;
  readonly startInterval: number;
  readonly retries: number;
}

/** Docker's image configuration. Mutable while a stage is being compiled; a child stage works on a clone. */
export interface Image {
  created?: string | undefined;
  author: string;
  platform: Platform;
  readonly rootfs: { readonly type: string; readonly diffIds: readonly string[] | undefined };
  history: History[];
  user: string;
  exposedPorts?: Set<string> | undefined;
  env: string[];
  entrypoint?: readonly string[] | undefined;
  cmd?: readonly string[] | undefined;
  volumes?: Set<string> | undefined;
  workingDir: string;
  labels?: Map<string, string> | undefined;
  stopSignal: string;
  argsEscaped: boolean;
  healthcheck?: HealthcheckConfig | undefined;
  onBuild: string[];
  shell: readonly string[];
}

/** The configuration of `FROM scratch`. */
export function emptyImage(platform: Platform): Image {
  return {
    author: '',
    platform,
    rootfs: { type: 'layers', diffIds: undefined },
    history: [],
    user: '',
    env: platform.os === 'windows' ? [] : [`PATH=${defaultPathEnv(platform.os)}`],
    workingDir: '/',
    stopSignal: '',
    argsEscaped: false,
    onBuild: [],
    shell: [],
  };
}

/** The configuration of a context that is no image. */
export function unknownImage(): Image {
  return { ...emptyImage(noPlatform), rootfs: { type: '', diffIds: undefined }, env: [], workingDir: '' };
}

export function cloneImage(image: Image): Image {
  return {
    ...image,
    history: image.history.slice(),
    exposedPorts: image.exposedPorts && new Set(image.exposedPorts),
    env: image.env.slice(),
    volumes: image.volumes && new Set(image.volumes),
    labels: image.labels && new Map(image.labels),
    onBuild: image.onBuild.slice(),
  };
}

/** The configuration that stands for an image of which nothing is known: Linux's usual PATH and one layer. */
export function stubImage(platform: Platform): Image {
  return {
    ...emptyImage(platform),
    rootfs: { type: 'layers', diffIds: [`sha256:${'0'.repeat(64)}`] },
    workingDir: '',
  };
}

/** Reads a configuration. The error is Go's, as far as it can be known. */
export function parseImage(json: string): { readonly image: Image } | { readonly error: string } {
  const parsed = unmarshalJson(json);
  if ('error' in parsed) return parsed;
  const root = parsed.value;
  if (root === null) return { image: unknownImage() };
  if (!isJsonObject(root))
    return { error: `json: cannot unmarshal ${kindOf(root)} into Go value of type v1.DockerOCIImage` };
  const config = object(field(root, 'config'));
  const health = object(field(config, 'Healthcheck'));
  const rootfs = object(field(root, 'rootfs'));
  return {
    image: {
      created: time(text(field(root, 'created'))),
      author: text(field(root, 'author')),
      platform: {
        architecture: text(field(root, 'architecture')),
        os: text(field(root, 'os')),
        variant: text(field(root, 'variant')),
        osVersion: text(field(root, 'os.version')),
        osFeatures: list(field(root, 'os.features')) ?? [],
      },
      rootfs: { type: text(field(rootfs, 'type')), diffIds: list(field(rootfs, 'diff_ids')) },
      history: objects(field(root, 'history')).map((h) => ({
        created: time(text(field(h, 'created'))),
        createdBy: text(field(h, 'created_by')),
        author: text(field(h, 'author')),
        comment: text(field(h, 'comment')),
        emptyLayer: field(h, 'empty_layer') === true,
      })),
      user: text(field(config, 'User')),
      exposedPorts: keys(field(config, 'ExposedPorts')),
      env: list(field(config, 'Env')) ?? [],
      entrypoint: list(field(config, 'Entrypoint')),
      cmd: list(field(config, 'Cmd')),
      volumes: keys(field(config, 'Volumes')),
      workingDir: text(field(config, 'WorkingDir')),
      labels: labels(field(config, 'Labels')),
      stopSignal: text(field(config, 'StopSignal')),
      argsEscaped: field(config, 'ArgsEscaped') === true,
      healthcheck: isJsonObject(field(config, 'Healthcheck'))
        ? {
            test: list(field(health, 'Test')),
            interval: number(field(health, 'Interval')),
            timeout: number(field(health, 'Timeout')),
            startPeriod: number(field(health, 'StartPeriod')),
            startInterval: number(field(health, 'StartInterval')),
            retries: number(field(health, 'Retries')),
          }
        : undefined,
      onBuild: list(field(config, 'OnBuild')) ?? [],
      shell: list(field(config, 'Shell')) ?? [],
    },
  };
}

/** The configuration as Go's encoder prints it. */
export function imageJson(image: Image): string {
  const parts: string[] = [];
  if (image.created !== undefined) parts.push(`"created":${jsonString(image.created)}`);
  putText(parts, 'author', image.author);
  const p = image.platform;
  parts.push(`"architecture":${jsonString(p.architecture)}`, `"os":${jsonString(p.os)}`);
  putText(parts, 'os.version', p.osVersion);
  putList(parts, 'os.features', p.osFeatures);
  putText(parts, 'variant', p.variant);
  const diffIds = image.rootfs.diffIds;
  parts.push(
    `"rootfs":{"type":${jsonString(image.rootfs.type)},"diff_ids":${diffIds === undefined ? 'null' : jsonList(diffIds)}}`,
  );
  if (image.history.length > 0) parts.push(`"history":[${image.history.map(historyJson).join(',')}]`);
  const config: string[] = [];
  putText(config, 'User', image.user);
  putSet(config, 'ExposedPorts', image.exposedPorts);
  putList(config, 'Env', image.env);
  putList(config, 'Entrypoint', image.entrypoint ?? []);
  putList(config, 'Cmd', image.cmd ?? []);
  putSet(config, 'Volumes', image.volumes);
  putText(config, 'WorkingDir', image.workingDir);
  if (image.labels !== undefined && image.labels.size > 0) {
    const pairs = [...image.labels]
      .sort((a, b) => compareUtf8(a[0], b[0]))
      .map(([k, v]) => `${jsonString(k)}:${jsonString(v)}`);
    config.push(`"Labels":{${pairs.join(',')}}`);
  }
  putText(config, 'StopSignal', image.stopSignal);
  if (image.argsEscaped) config.push('"ArgsEscaped":true');
  if (image.healthcheck !== undefined) config.push(`"Healthcheck":${healthJson(image.healthcheck)}`);
  putList(config, 'OnBuild', image.onBuild);
  putList(config, 'Shell', image.shell);
  parts.push(`"config":{${config.join(',')}}`);
  return `{${parts.join(',')}}`;
}

export const noPlatform: Platform = { os: '', architecture: '', variant: '', osVersion: '', osFeatures: [] };

function historyJson(entry: History): string {
  const parts: string[] = [];
  if (entry.created !== undefined) parts.push(`"created":${jsonString(entry.created)}`);
  putText(parts, 'created_by', typeof entry.createdBy === 'string' ? entry.createdBy : entry.createdBy());
  putText(parts, 'author', entry.author);
  putText(parts, 'comment', entry.comment);
  if (entry.emptyLayer) parts.push('"empty_layer":true');
  return `{${parts.join(',')}}`;
}

function healthJson(health: HealthcheckConfig): string {
  const parts: string[] = [];
  putList(parts, 'Test', health.test ?? []);
  for (const [name, value] of [
    ['Interval', health.interval],
    ['Timeout', health.timeout],
    ['StartPeriod', health.startPeriod],
    ['StartInterval', health.startInterval],
    ['Retries', health.retries],
  ] as const)
    if (value !== 0) parts.push(`"${name}":${value}`);
  return `{${parts.join(',')}}`;
}

function putText(parts: string[], name: string, value: string): void {
  if (value !== '') parts.push(`"${name}":${jsonString(value)}`);
}
function putList(parts: string[], name: string, values: readonly string[]): void {
  if (values.length > 0) parts.push(`"${name}":${jsonList(values)}`);
}
function putSet(parts: string[], name: string, values: ReadonlySet<string> | undefined): void {
  if (values === undefined || values.size === 0) return;
  parts.push(
    `"${name}":{${[...values]
      .sort(compareUtf8)
      .map((v) => `${jsonString(v)}:{}`)
      .join(',')}}`,
  );
}
function jsonList(values: readonly string[]): string {
  return `[${values.map(jsonString).join(',')}]`;
}

const noFields: JsonObject = { fields: [] };

function object(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : noFields;
}
function objects(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.map(object) : [];
}
function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
function number(value: Json | undefined): number {
  return typeof value === 'object' && value !== null && 'number' in value ? Number(value.number) : 0;
}
function list(value: Json | undefined): string[] | undefined {
  return Array.isArray(value) ? value.map(text) : undefined;
}
function keys(value: Json | undefined): Set<string> | undefined {
  return isJsonObject(value) ? new Set(value.fields.map(([key]) => key)) : undefined;
}
function labels(value: Json | undefined): Map<string, string> | undefined {
  return isJsonObject(value) ? new Map(value.fields.map(([key, v]) => [key, text(v)])) : undefined;
}
function kindOf(value: Json): string {
  return Array.isArray(value)
    ? 'array'
    : typeof value === 'boolean'
      ? 'bool'
      : typeof value === 'string'
        ? 'string'
        : 'number';
}
/** Go prints a time without the zeros at the end of its fraction. */
function time(value: string): string | undefined {
  return value === '' ? undefined : value.replace(/(\.\d*?)0+(?=[Zz+-])/, '$1').replace(/\.(?=[Zz+-])/, '');
}
