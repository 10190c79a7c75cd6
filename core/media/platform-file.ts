/** How a file in a platform's own store is opened. */
import type { EventId, GroupUri } from "../../mappings/ids.ts";

/** How the files of a platform's own store are asked for. */
export interface FileAccess {
  /**
   * What goes with a request to an address of the platform's own, whose host the operator has named; null: the address is
   * somebody else's. It is asked anew for each address that a host leads to, so that nothing is carried elsewhere.
   */
  readonly headers: (at: URL) => Readonly<Record<string, string>> | null;
  /** Why an answer with a good status is not the file; null: it is. */
  readonly refusal: (at: URL, contentType: string) => string | null;
}

/** Whether an address is of a host; else only the bridge that has put it knows what it is. */
export const isOnHost = (source: string): boolean => /^https?:/i.test(source);

/** Where a message stands that names a file. */
export interface SaidFile {
  readonly group: GroupUri;
  readonly event: EventId;
}

/** null: the file is asked for like anybody's. */
export type FindFileAccess = (source: string, said: SaidFile) => Promise<FileAccess | null>;
