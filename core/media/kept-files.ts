/** The folder of files that guests have left with this gateway (docs/mtp.md, M120). */
import { createHash, randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Milliseconds } from "../time.ts";
import { GatewayError } from "../errors.ts";
import { parseMediaId } from "../groups/served-files.ts";
import type { MediaId } from "../ids.ts";
import type { Store } from "../store/store.ts";
import { notKept } from "../store/units/kept-media.ts";

const PART = ".part";
const AT_ONCE = 500;

/** A file that has come whole and has no name yet. */
export interface ReceivedFile {
  readonly sha256: Buffer;
  readonly size: number;
  /** Gives it its place; what stood there is the same. */
  keep(id: MediaId): Promise<void>;
  drop(): Promise<void>;
}

export class KeptFiles {
  readonly #folder: string;

  /** `folder`: made when the first file comes. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  pathOf(id: MediaId): string {
    return join(this.#folder, id);
  }

  /** Writes a stream down piece by piece. Throws media_refused beyond `most` octets, and leaves nothing behind. */
  async receive(body: Readable, most: number): Promise<ReceivedFile> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const path = join(this.#folder, randomUUID() + PART);
    const hash = createHash("sha256");
    let size = 0;
    const measure = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        size += chunk.length;
        hash.update(chunk);
        done(size > most ? new GatewayError("media_refused", `more than ${most} octets came`) : null, chunk);
      },
    });
    const drop = (): Promise<void> => rm(path, { force: true });
    try {
      await pipeline(body, measure, createWriteStream(path, { mode: 0o600, flush: true }));
    } catch (thrown) {
      await drop();
      throw thrown;
    }
    return { sha256: hash.digest(), size, keep: (id) => rename(path, this.pathOf(id)), drop };
  }

  /**
   * Throws away what no event has named since `before`, what was erased, and what was never finished. To be called now and
   * then, by any process of the gateway.
   */
  async sweep(store: Store, before: Milliseconds): Promise<void> {
    await store.write("dropUnnamedMedia", before);
    const names = await readdir(this.#folder).catch(() => []);
    for (let at = 0; at < names.length; at += AT_ONCE) {
      const some = names.slice(at, at + AT_ONCE);
      const ids = some.flatMap((name) => parseMediaId(name) ?? []);
      for (const id of await store.read(notKept(ids))) await rm(this.pathOf(id), { force: true });
      for (const name of some) if (name.endsWith(PART)) await this.#dropOld(name, before);
    }
  }

  async #dropOld(name: string, before: Milliseconds): Promise<void> {
    const path = join(this.#folder, name);
    const found = await stat(path).catch(() => null);
    if (found !== null && found.mtimeMs < before) await rm(path, { force: true });
  }
}
