import { Readable } from "node:stream";
import type { Milliseconds } from "../../core/time.ts";
import { asGatewayError } from "../../core/errors.ts";
import type { Logger } from "../../core/log.ts";
import type { AllowedNetworks } from "../../core/media/address-guard.ts";
import { type FileFacts, type MediaLimits, openRemoteFile, putFile } from "../../core/media/remote-file.ts";
import { findUploadService, requestSlot, type UploadService } from "./http-upload.ts";
import type { ComponentStream } from "./stream.ts";

/** Copies that are remembered, so that a file that goes to several rooms is stored once. */
const REMEMBERED = 1_000;
/** Servers let files expire: after this they are stored anew. */
const REMEMBERED_FOR_MS: Milliseconds = 60 * 60 * 1_000;

export interface FileStoreOptions {
  readonly stream: ComponentStream;
  /** Who asks for slots. */
  readonly from: string;
  readonly domain: string;
  /** The upload service, where one is configured. */
  readonly upload: string | null;
  readonly media: MediaLimits;
  readonly log: Logger;
}

/** Puts files that came from elsewhere onto the service's own store, where its users can get at them. */
export class FileStore {
  readonly #options: FileStoreOptions;
  readonly #copies = new Map<string, { readonly url: string; readonly until: Milliseconds }>();
  /** By the host that was asked for it. */
  readonly #services = new Map<string, Promise<UploadService | null>>();
  /** Where the store's files are, once one was put there. */
  #origin: string | null = null;

  constructor(options: FileStoreOptions) {
    this.#options = options;
  }

  /** What the server offers may have changed. */
  reconnected(): void {
    this.#services.clear();
  }

  /** The URL under which the file can be had: of a copy, or, where none could be made, the one given. */
  async place(source: string, filename: string, room: string, facts: FileFacts | null): Promise<string> {
    // What one group may have, another need not.
    const known = `${facts?.group ?? ""} ${source}`;
    const copy = this.#copies.get(known);
    if (copy && copy.until > performance.now()) return copy.url;
    if (URL.parse(source)?.origin === this.#origin) return source;
    try {
      const url = (await this.#copy(source, filename, room, facts)) ?? source;
      this.#remember(known, url);
      return url;
    } catch (thrown) {
      const { log } = this.#options;
      log.warn({ err: asGatewayError(thrown) }, "a file could not be stored on the service; it is linked");
      return source;
    }
  }

  /** Stores a text as a file. null: the service stores no files, or not this one. */
  async storeText(text: string, filename: string, room: string): Promise<string | null> {
    const { stream, from, log } = this.#options;
    const content = Buffer.from(text);
    const file = { filename, size: content.length, contentType: "text/plain;charset=utf-8" };
    try {
      const service = await this.#find(room);
      const slot = service && (await requestSlot(stream, from, service, file));
      if (!slot) return null;
      const body = Readable.from([content]);
      await putFile(slot.put, { ...file, body }, slot.headers, this.#allowed(service));
      return slot.get;
    } catch (thrown) {
      log.warn({ err: asGatewayError(thrown) }, "a text could not be stored on the service");
      return null;
    }
  }

  async #copy(
    source: string,
    filename: string,
    room: string,
    facts: FileFacts | null,
  ): Promise<string | null> {
    const { stream, from, media } = this.#options;
    const service = await this.#find(room);
    if (!service) return null;
    const maxBytes = Math.min(media.maxBytes, service.most ?? media.maxBytes);
    const { body, size, contentType } = await openRemoteFile(source, { ...media, maxBytes }, facts);
    try {
      // A slot is for a size, and a file is not kept here to be measured.
      if (size === null) return null;
      const slot = await requestSlot(stream, from, service, { filename, size, contentType });
      if (!slot) return null;
      this.#origin = URL.parse(slot.get)?.origin ?? null;
      if (URL.parse(source)?.origin === this.#origin) return null;
      await putFile(slot.put, { body, size, contentType }, slot.headers, this.#allowed(service));
      return slot.get;
    } finally {
      body.destroy();
    }
  }

  /** A service beside a room is another operator's: what it says may lead anywhere. */
  #allowed({ jid }: UploadService): AllowedNetworks | null {
    const { domain, upload, media } = this.#options;
    const home = domain.slice(domain.indexOf(".") + 1);
    return jid === upload || jid === home || jid.endsWith(`.${home}`) ? null : media.allow;
  }

  /** Where the component is at home, else where the room is. */
  async #find(room: string): Promise<UploadService | null> {
    const { domain, upload } = this.#options;
    const places = [domain, room.slice(room.indexOf("@") + 1)].map((host) =>
      host.slice(host.indexOf(".") + 1),
    );
    for (const host of upload === null ? places : [upload]) {
      const service = await this.#ask(host);
      if (service) return service;
    }
    return null;
  }

  #ask(host: string): Promise<UploadService | null> {
    const { stream, from } = this.#options;
    let asked = this.#services.get(host);
    if (!asked) {
      asked = findUploadService(stream, from, host);
      this.#services.set(host, asked);
      // What failed for now is asked for again the next time.
      asked.catch(() => this.#services.delete(host));
    }
    return asked;
  }

  #remember(known: string, url: string): void {
    this.#copies.set(known, { url, until: performance.now() + REMEMBERED_FOR_MS });
    const [oldest] = this.#copies.keys();
    if (this.#copies.size > REMEMBERED && oldest !== undefined) this.#copies.delete(oldest);
  }
}
