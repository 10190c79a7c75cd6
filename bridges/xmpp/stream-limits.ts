/** Every limit of the component stream has its name and number here. Milliseconds, or as the comments say. */
export const streamLimits = {
  /** Largest stanza that is read: the length of its text form without escapes, in UTF-16 code units. */
  stanzaLength: 1024 * 1024,
  /** Deepest nesting of elements in a stanza that is read; the stanza itself is 1. */
  stanzaDepth: 64,
  /** From the first packet to the server's handshake. */
  openMs: 15_000,
  /** Without a byte for so long, the server is pinged. */
  idleMs: 30_000,
  /** Without a byte for so long after the ping, the connection counts as dead. */
  pongMs: 15_000,
  /** How long the server is given to close its stream, and then its socket. */
  closeMs: 1_000,
  /** The wait before the first try to connect again; it doubles with every failure. */
  retryFirstMs: 100,
  /** A server that is back, or a place that another process has left, is found within this time. */
  retryMostMs: 3_000,
  /** A connection that held for so long makes the waits start over. */
  stableMs: 5_000,
  /** How long an answer to a request is waited for. */
  requestMs: 30_000,
  /** Text that is handed to the socket at once instead of at the end of the turn, in UTF-16 code units. */
  flushLength: 64 * 1024,
  /** Longest message of one part, in bytes with its escapes: some servers take stanzas of 64 KiB only. */
  messageBytes: 60 * 1024,
  /** Longest text that is sent, in bytes with its escapes: servers take stanzas of 512 KiB and end the stream at more. */
  sentTextBytes: 500 * 1024,
} as const;
export type StreamLimits = { readonly [Name in keyof typeof streamLimits]: number };
