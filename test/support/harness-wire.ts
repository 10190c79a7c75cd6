/** What a gateway in a process of its own and the fake platform in the test's process say to each other. */
import { z } from "zod";
import type { FakePush } from "./fake-platform.ts";

const methods = ["enter", "leave", "history", "perform", "find", "state", "acknowledge"] as const;

/** What the gateway's process says. */
export const fromChild = z.discriminatedUnion("type", [
  z.object({ type: z.literal("started") }),
  z.object({ type: z.literal("attach"), account: z.string() }),
  z.object({ type: z.literal("detach"), account: z.string() }),
  z.object({
    type: z.literal("ask"),
    id: z.number(),
    account: z.string(),
    method: z.enum(methods),
    args: z.array(z.unknown()),
  }),
]);
export type FromChild = z.output<typeof fromChild>;

/** What it hears. */
export type ToChild =
  | { readonly type: "answer"; readonly id: number; readonly value: unknown }
  | { readonly type: "push"; readonly account: string; readonly push: FakePush }
  | { readonly type: "cut"; readonly account: string }
  | { readonly type: "stop" };
