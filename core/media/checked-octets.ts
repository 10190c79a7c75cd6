import { createHash } from "node:crypto";
import { pipeline, type Readable, Transform } from "node:stream";
import { GatewayError } from "../errors.ts";

/**
 * The same octets, ended with media_refused once there are more than the limit, or where their SHA-256 is another than the one
 * given: the last of them are held back until that is known, so that nobody takes them for whole.
 */
export function checkedOctets(body: Readable, most: number, sha256: Uint8Array | null = null): Readable {
  const hash = sha256 === null ? null : createHash("sha256");
  let octets = 0;
  let held: Buffer | null = null;
  const checker = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      octets += chunk.length;
      if (octets > most) return done(new GatewayError("media_refused", `more than ${most} octets came`));
      if (hash === null) return done(null, chunk);
      hash.update(chunk);
      const before = held;
      held = chunk;
      if (before !== null) this.push(before);
      done();
    },
    flush(done) {
      if (hash !== null && sha256 !== null && !hash.digest().equals(sha256))
        return done(new GatewayError("media_refused", "the file is not the one that the message names"));
      done(null, held);
    },
  });
  // Either's end is the other's: what nobody reads any more is not fetched any more.
  pipeline(body, checker, () => undefined);
  return checker;
}
