/** Every limit has its name and number here. Bytes, milliseconds, or counts as the names say. */
export const limits = {
  /** Largest content of one event. */
  eventBytes: 256 * 1024,
  /** Largest file that is fetched and stored elsewhere. */
  mediaBytes: 64 * 1024 * 1024,
  /** How long a holder owns a lane without renewing; longer than any one request to a platform may take. */
  leaseMs: 30_000,
  /** How often SQL is searched for lanes that are behind, whatever Redis says. */
  sweepMs: 2_000,
  /** Rows that a lane reads at once. */
  lanePage: 200,
  /** Lanes of this process that may be under way at once; a waiting lane costs a promise. */
  laneSlots: 1_000,
  /** Tries at a fault that may pass before an event is set aside. */
  tries: 8,
  /** Units of work in one transaction of the SQLite writer. */
  writerBatch: 512,
} as const;
export type Limits = { readonly [Name in keyof typeof limits]: number };
