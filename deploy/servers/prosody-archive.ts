/** Reads what a Prosody has archived of a room, out of the file of its SQL storage, while it runs. */
import { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import type { Milliseconds } from "../../core/time.ts";

export interface ArchivedStanza {
  readonly stanzaId: string;
  /** The stanza's XML. */
  readonly stanza: string;
  /** Whole seconds in Prosody 0.12. */
  readonly when: Milliseconds;
}

const rows = z.array(z.object({ key: z.string(), value: z.string(), when: z.number() }));

/**
 * Makes the file, in write-ahead mode. Prosody waits for no lock: were the mode the usual one, a message said
 * while we read would not be archived.
 */
export function createArchiveFile(file: string): void {
  const database = new DatabaseSync(file);
  database.exec("PRAGMA journal_mode = WAL");
  database.close();
}

/** The room's archive in the order in which it was written. `room` is the room's bare JID. */
export function readArchiveFile(file: string, room: string): ArchivedStanza[] {
  const [user = "", host = ""] = room.split("@");
  const database = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
  try {
    const found = database
      .prepare(
        `SELECT "key", "value", "when" FROM prosodyarchive
         WHERE host = ? AND "user" = ? AND store = 'muc_log' ORDER BY sort_id`,
      )
      .all(host, user);
    return rows
      .parse(found)
      .map(({ key, value, when }) => ({ stanzaId: key, stanza: value, when: when * 1000 }));
  } finally {
    database.close();
  }
}
