// The open documents and what is known of each: the newest text only, its settings and inputs, and one analysis that all features share.
import type { DidChangeTextDocumentParams, DidOpenTextDocumentParams, Position, Range } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { type Analysis, type AnalysisInputs, analyze } from '../analysis/analyze.ts';
import type { BuildInputs } from '../compile/compilation.ts';
import { type DocumentContexts, documentContexts } from './contexts.ts';
import { type Coordinates, coordinatesOf, type Encoding } from './coordinates.ts';
import { contextFolder, type Files, fileName, isIgnoreFile, joinUri, spelled } from './files.ts';
import { guarded, type Log } from './guard.ts';
import type { Host } from './host.ts';
import { type DocumentImages, documentImages } from './images.ts';
import { type Layouts, noLayouts, readLayouts } from './layouts.ts';
import { buildConfig, defaultSettings, readSettings, type Settings } from './settings.ts';

/** Texts longer than this are not analysed: no Dockerfile is, and the editor should stay quick. UTF-16 units. */
export const longestText = 8_000_000;
/** How many analyses are kept; those of documents that were not asked about for longest are made again. */
const keptAnalyses = 24;
/** Milliseconds without a change of an ignore file after which it counts. */
const ignoreRest = 200;
/** How long a request waits for settings and inputs that are still on their way, in milliseconds. */
const patience = 300;

export interface OpenDocument {
  readonly uri: string;
  readonly languageId: string;
  readonly version: number;
  readonly text: TextDocument;
  /** Rises with each change of text, settings or inputs. */
  readonly revision: number;
  readonly settings: Settings;
  /** Why it is not analysed, in words for the user; undefined where it is. */
  readonly refusal: string | undefined;
  readonly closed: boolean;
}

interface State extends OpenDocument {
  version: number;
  text: TextDocument;
  revision: number;
  settings: Settings;
  settingsText: string;
  refusal: string | undefined;
  closed: boolean;
  /** The version that it was opened with: typed text waits a while before anyone is asked about it. */
  readonly firstVersion: number;
  inputs: BuildInputs;
  layouts: Layouts;
  /** Settles once settings and inputs are known; undefined afterwards. */
  loading: Promise<void> | undefined;
  /** The load that was begun last, by its number and itself. */
  ticket: number;
  load: Promise<void> | undefined;
  analysis: Analysis | undefined;
  analysisRevision: number;
  coordinates: Coordinates | undefined;
  coordinatesVersion: number;
}

/** What the session tells: the text of a document is new, or the same text now means something else. */
export interface SessionEvents {
  textChanged(document: OpenDocument): void;
  meaningChanged(documents: readonly OpenDocument[]): void;
  closed(document: OpenDocument): void;
  /** Nothing is known of a base of this document, and the settings allow no look-up; once for a document. */
  imagesUnknown?(document: OpenDocument): void;
}

export interface SessionOptions {
  readonly host: Host;
  readonly log: Log;
  readonly files: Files;
  readonly encoding: Encoding;
  readonly events: SessionEvents;
  /** Asks the client for the settings of each of these documents; undefined where it cannot be asked. */
  readonly fetchSettings: ((uris: readonly string[]) => Promise<readonly unknown[]>) | undefined;
  /** What to use where the client cannot be asked. */
  readonly settings: unknown;
  readonly folders: readonly string[];
}

export class Session {
  readonly #options: SessionOptions;
  readonly #documents = new Map<string, State>();
  /** The ignore files that are open: what stands there counts, saved or not. */
  readonly #ignoreFiles = new Map<string, TextDocument>();
  #cancelIgnoreEdit: (() => void) | undefined;
  /** Documents with an analysis; the one asked about last stands last. */
  readonly #analysed = new Set<State>();
  readonly #complaints = new Set<string>();
  readonly #images: DocumentImages;
  readonly #contexts: DocumentContexts;
  #givenSettings: unknown;
  #tickets = 0;
  #folders: readonly string[];

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#givenSettings = options.settings;
    this.#folders = options.folders;
    const { host, log, events } = options;
    const changed = (uris: readonly string[]) => this.#meansElse(uris);
    this.#images = documentImages(host, log, changed, (uri) => {
      const state = this.#documents.get(uri);
      if (state !== undefined) events.imagesUnknown?.(state);
    });
    this.#contexts = documentContexts(host, log, changed, (uris) => void this.#foldersTouched(uris));
  }

  get documents(): readonly OpenDocument[] {
    return [...this.#documents.values()];
  }

  find(uri: string): OpenDocument | undefined {
    return this.#documents.get(uri);
  }

  open({ textDocument }: DidOpenTextDocumentParams): void {
    const { uri, languageId, version, text } = textDocument;
    if (isIgnoreFile(uri)) {
      this.#ignoreFiles.set(spelled(uri), TextDocument.create(uri, languageId, version, text));
      this.#ignoreFilesEdited();
      return;
    }
    const state: State = {
      uri,
      languageId,
      version,
      text: TextDocument.create(uri, languageId, version, text),
      revision: 1,
      settings: defaultSettings,
      settingsText: '',
      refusal: refusalOf(text),
      closed: false,
      firstVersion: version,
      inputs: this.#emptyInputs(),
      layouts: noLayouts,
      loading: undefined,
      ticket: 0,
      load: undefined,
      analysis: undefined,
      analysisRevision: 0,
      coordinates: undefined,
      coordinatesVersion: 0,
    };
    const before = this.#documents.get(uri);
    if (before !== undefined) before.closed = true;
    this.#documents.set(uri, state);
    void this.#load([state]);
    state.loading = newestLoad(state).then(() => {
      state.loading = undefined;
      // Someone may have been answered without what has come in since. Then the next analysis says what to ask.
      const outdated = state.analysisRevision !== 0 && state.analysisRevision !== state.revision;
      if (!outdated && !state.closed) this.#images.ask(uri, true);
      if (outdated && !state.closed) this.#options.events.meaningChanged([state]);
    });
    this.#options.events.textChanged(state);
  }

  change({ textDocument, contentChanges }: DidChangeTextDocumentParams): void {
    const state = this.#documents.get(textDocument.uri);
    const text = state?.text ?? this.#ignoreFiles.get(spelled(textDocument.uri));
    if (text === undefined) {
      this.#options.log.warn(`a change of ${textDocument.uri}, which is not open`);
      return;
    }
    const version = textDocument.version ?? text.version + 1;
    // What an editor takes for a Dockerfile and for an ignore file, it tells of twice.
    if (state === undefined && version === text.version) return;
    for (const change of contentChanges) {
      if (!('range' in change) || change.range === undefined) {
        TextDocument.update(text, [{ text: change.text }], version);
        continue;
      }
      // Each change is about the text that the one before has left, so positions are read one change at a time.
      const range = this.#wellFormed(text, change.range);
      TextDocument.update(text, [{ range, text: change.text }], version);
    }
    if (state === undefined) {
      this.#ignoreFilesEdited();
      return;
    }
    state.version = version;
    state.revision += 1;
    state.refusal = refusalOf(state.text.getText());
    this.#options.events.textChanged(state);
  }

  close(uri: string): void {
    // What is on disk counts again.
    if (this.#ignoreFiles.delete(spelled(uri))) void this.#reload();
    const state = this.#documents.get(uri);
    if (state === undefined) return;
    state.closed = true;
    this.#documents.delete(uri);
    this.#analysed.delete(state);
    this.#images.forget(uri);
    this.#contexts.forget(uri);
    this.#options.events.closed(state);
  }

  /** Waits, not for long, for what is still on its way; undefined where nothing is. */
  ready(document: OpenDocument): Promise<void> | undefined {
    const { loading } = document as State;
    if (loading === undefined) return undefined;
    return Promise.race([loading, new Promise<void>((done) => void this.#options.host.after(patience, done))]);
  }

  /** The one analysis of the document as it is now; undefined where it is refused. */
  analysis(document: OpenDocument): Analysis | undefined {
    const state = document as State;
    if (state.refusal !== undefined || state.closed) return undefined;
    if (state.analysisRevision !== state.revision) {
      const config = buildConfig(state.settings, fileName(state.uri), state.layouts.contexts);
      const text = state.text.getText();
      // The old one goes before the new one is made: two of a large file need not fit.
      state.analysis = undefined;
      const what = `analysis of ${state.uri}, version ${state.version}`;
      const inputs = this.#allInputs(state);
      const made = guarded(this.#options.log, what, undefined, () => analyze(text, config, inputs));
      state.analysis = made;
      // Before the settings are known nobody can say whether anyone may be asked.
      if (state.loading === undefined) this.#images.ask(state.uri, state.version === state.firstVersion);
      this.#options.host.analysed?.(text.length);
      state.analysisRevision = state.revision;
    }
    this.#analysed.delete(state);
    this.#analysed.add(state);
    if (this.#analysed.size > keptAnalyses) {
      const [oldest] = this.#analysed;
      this.#analysed.delete(oldest as State);
      (oldest as State).analysis = undefined;
      (oldest as State).analysisRevision = 0;
    }
    return state.analysis;
  }

  coordinates(document: OpenDocument): Coordinates {
    const state = document as State;
    if (state.coordinates === undefined || state.coordinatesVersion !== state.revision) {
      state.coordinates = coordinatesOf(state.text, this.#options.encoding);
      state.coordinatesVersion = state.revision;
    }
    return state.coordinates;
  }

  /** The settings of the client have changed. `given` is what it sent along, for clients that cannot be asked. */
  async settingsChanged(given: unknown): Promise<void> {
    if (given !== undefined && given !== null) this.#givenSettings = given;
    await this.#reload();
  }

  foldersChanged(folders: readonly string[]): Promise<void> {
    this.#folders = folders;
    return this.#reload();
  }

  /** Files have changed: those that a build reads beside the Dockerfile, or what a context holds. Undefined for any. */
  async filesChanged(uris?: readonly string[]): Promise<void> {
    this.#contexts.filesChanged(uris);
    const indexes = [...this.#documents.values()].flatMap((state) => state.layouts.indexes);
    const isRead = (uri: string) => isIgnoreFile(uri) || indexes.includes(spelled(uri));
    if (uris === undefined || uris.some(isRead)) await this.#reload();
  }

  /** Ends what is under way. */
  dispose(): void {
    this.#cancelIgnoreEdit?.();
    this.#images.dispose();
    this.#contexts.dispose();
  }

  /** The folder of the build context of a document, where it has one. */
  contextOf(document: OpenDocument): string | undefined {
    return contextFolder(document.uri, document.settings.context, this.#folders);
  }

  /** The ignore file that counts for a document, with its text; null where it does not exist yet. Undefined where there can be none. */
  ignoreFileOf(document: OpenDocument): { readonly uri: string; readonly text: string | null } | undefined {
    const { dockerignore, dockerfileIgnore } = (document as State).inputs;
    if (typeof dockerfileIgnore === 'string') return { uri: `${document.uri}.dockerignore`, text: dockerfileIgnore };
    const folder = this.contextOf(document);
    if (folder === undefined || dockerignore === undefined) return undefined;
    return { uri: joinUri(folder, '.dockerignore'), text: dockerignore };
  }

  async #reload(): Promise<void> {
    const states = [...this.#documents.values()];
    const before = states.map((state) => state.revision);
    await this.#load(states);
    const changed = states.filter((state, i) => !state.closed && state.revision !== before[i]);
    if (changed.length > 0) this.#options.events.meaningChanged(changed);
  }

  /** Fetches settings, then the files that they lead to. Raises the revision of what has changed. Never throws. */
  #load(states: readonly State[]): Promise<void> {
    const ticket = ++this.#tickets;
    for (const state of states) state.ticket = ticket;
    const load = states.length === 0 ? Promise.resolve() : this.#fetch(states, ticket);
    for (const state of states) state.load = load;
    return load;
  }

  async #fetch(states: readonly State[], ticket: number): Promise<void> {
    const { fetchSettings, log } = this.#options;
    let answers: readonly unknown[] | undefined;
    try {
      answers = await fetchSettings?.(states.map((state) => state.uri));
    } catch (error) {
      log.warn(`the client did not tell its settings: ${error instanceof Error ? error.message : String(error)}`);
    }
    // Where a later load has begun meanwhile, that one knows better.
    const current = [...states.entries()].filter(([, state]) => state.ticket === ticket);
    for (const [i, state] of current)
      this.#takeSettings(state, answers === undefined ? this.#givenSettings : answers[i]);
    await Promise.all(current.map(([, state]) => this.#loadInputs(state, ticket)));
  }

  #takeSettings(state: State, json: unknown): void {
    const text = JSON.stringify(json) ?? '';
    if (text === state.settingsText) return;
    const { settings, complaints } = readSettings(json);
    for (const complaint of complaints) this.#complainOnce(complaint);
    state.settings = settings;
    state.settingsText = text;
    state.revision += 1;
  }

  async #loadInputs(state: State, ticket: number): Promise<void> {
    await this.#loadLayouts(state, ticket);
    await this.#loadIgnoreFiles(state, ticket);
  }

  /** True where they are not what they were. */
  async #loadIgnoreFiles(state: State, ticket: number): Promise<boolean> {
    const folder = this.contextOf(state);
    if (folder === undefined) return false;
    const { files } = this.#options;
    const uris = [joinUri(folder, '.dockerignore'), `${state.uri}.dockerignore`];
    const onDisk = await Promise.all(uris.map((uri) => files.readText(uri)));
    if (state.ticket !== ticket) return false;
    const before = state.revision;
    const [dockerignore, dockerfileIgnore] = uris.map((uri, i) => this.#openIgnoreText(uri) ?? onDisk[i]);
    this.#takeIgnoreTexts(state, dockerignore, dockerfileIgnore);
    return state.revision !== before;
  }

  /** The host saw a change in the contexts of these documents: not every client tells of their ignore files. */
  async #foldersTouched(uris: readonly string[]): Promise<void> {
    const states = uris.flatMap((uri) => this.#documents.get(uri) ?? []);
    const differs = await Promise.all(states.map((state) => this.#loadIgnoreFiles(state, state.ticket)));
    const changed = states.filter((state, i) => differs[i] && !state.closed);
    if (changed.length > 0) this.#options.events.meaningChanged(changed);
  }

  async #loadLayouts(state: State, ticket: number): Promise<void> {
    const { contexts, images } = state.settings;
    // Where nothing of images is to be known, no file of theirs is read.
    const files = images.mode === 'off' ? undefined : this.#options.files;
    const base = contextFolder(state.uri, '.', this.#folders);
    const layouts = await readLayouts(contexts, base, files, (what) => this.#complainOnce(what));
    if (state.ticket !== ticket || JSON.stringify(layouts) === JSON.stringify(state.layouts)) return;
    state.layouts = layouts;
    state.revision += 1;
  }

  #openIgnoreText(uri: string): string | undefined {
    return this.#ignoreFiles.get(spelled(uri))?.getText();
  }

  /** An open ignore file is another. It counts once the typing rests. */
  #ignoreFilesEdited(): void {
    this.#cancelIgnoreEdit?.();
    this.#cancelIgnoreEdit = this.#options.host.after(ignoreRest, () => {
      this.#cancelIgnoreEdit = undefined;
      const changed = [...this.#documents.values()].filter((state) => {
        const folder = this.contextOf(state);
        if (folder === undefined) return false;
        const before = state.revision;
        const own = this.#openIgnoreText(`${state.uri}.dockerignore`);
        this.#takeIgnoreTexts(state, this.#openIgnoreText(joinUri(folder, '.dockerignore')), own);
        return state.revision !== before;
      });
      if (changed.length > 0) this.#options.events.meaningChanged(changed);
    });
  }

  /** Undefined for a text of which nothing new is known. */
  #takeIgnoreTexts(
    state: State,
    dockerignore: string | null | undefined,
    dockerfileIgnore: string | null | undefined,
  ): void {
    const { inputs } = state;
    if (
      (dockerignore === undefined || dockerignore === inputs.dockerignore) &&
      (dockerfileIgnore === undefined || dockerfileIgnore === inputs.dockerfileIgnore)
    )
      return;
    state.inputs = {
      ...inputs,
      ...(dockerignore === undefined ? {} : { dockerignore }),
      ...(dockerfileIgnore === undefined ? {} : { dockerfileIgnore }),
    };
    state.revision += 1;
  }

  /** What was read, and what is known of base images and the context at this moment. */
  #allInputs(state: State): AnalysisInputs {
    const context = this.#contexts.ask(state.uri, this.contextOf(state));
    const images = this.#images.inputs(state.uri, { ...state.settings.images, layouts: state.layouts.folders });
    return { ...state.inputs, ...images, ...(context === undefined ? {} : { context }) };
  }

  /** The same text means something else now. */
  #meansElse(uris: readonly string[]): void {
    const changed = uris.flatMap((uri) => this.#documents.get(uri) ?? []);
    for (const state of changed) state.revision += 1;
    if (changed.length > 0) this.#options.events.meaningChanged(changed);
  }

  #emptyInputs(): BuildInputs {
    return { sha256: this.#options.host.sha256 };
  }

  #complainOnce(complaint: string): void {
    if (this.#complaints.has(complaint)) return;
    this.#complaints.add(complaint);
    this.#options.log.warn(complaint);
  }

  /** The range in UTF-16 positions that exist, start first. */
  #wellFormed(text: TextDocument, range: Range): { start: Position; end: Position } {
    const { start, end } = coordinatesOf(text, this.#options.encoding).spanOf(range);
    return { start: text.positionAt(start), end: text.positionAt(end) };
  }
}

/** Where another load has begun meanwhile, the one before has told nothing. */
async function newestLoad(state: State): Promise<void> {
  for (let load: Promise<void> | undefined; load !== state.load; ) {
    load = state.load;
    await load;
  }
}

function refusalOf(text: string): string | undefined {
  if (text.length > longestText)
    return `This file is too long to be a Dockerfile (${text.length} characters): it is not analysed.`;
  const nul = text.indexOf('\0');
  if (nul >= 0 && nul < 8000) return 'This is a binary file: it is not analysed.';
  return undefined;
}
