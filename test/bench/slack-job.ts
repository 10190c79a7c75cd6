/** What passes between the bench and its child that takes Slack's events without keeping them. */
import { z } from "zod";

export const receiverJobForm = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("http"), port: z.number(), secret: z.string() }),
  /** `url`: of a socket, as apps.connections.open gives it. */
  z.object({ kind: z.literal("sockets"), url: z.string() }),
]);
export type ReceiverJob = z.output<typeof receiverJobForm>;
