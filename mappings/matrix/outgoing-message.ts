/** A message that goes out to Matrix. */
import type { Outgoing } from "../mapping.ts";

/** An entry of a group's log that is a message. */
export type OutgoingMessage = Extract<Outgoing, { kind: "message" }>;
