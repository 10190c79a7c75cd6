/** Milliseconds, as a length or since 1970-01-01 UTC. */
export type Milliseconds = number;
