import { z } from "zod";

export const relayJobForm = z.object({
  service: z.string(),
  domain: z.string(),
  password: z.string(),
  pairs: z.array(z.tuple([z.string(), z.string()])),
});
export type RelayJob = z.output<typeof relayJobForm>;

export const readyForm = z.object({ ready: z.literal(true) });
