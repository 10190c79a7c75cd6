/** What the keys of gateway.yaml must be to one another. */
import { z } from "zod";
import { parseProviderDomain } from "../../mappings/ids.ts";
import { readRoomReference } from "../link-reports.ts";

/** One label of a domain name. */
export const ACCOUNT_NAME = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** As much of the file as the checks across keys look at, whatever else is wrong in it. */
const glimpse = z
  .object({
    base: z.string().catch(""),
    redis: z.unknown(),
    wake: z.unknown(),
    federation: z.object({ listen: z.string().nullable().catch(null) }).catch({ listen: null }),
    watch: z.object({ listen: z.string().nullable().catch(null) }).catch({ listen: null }),
    alarms: z.array(z.string().catch("")).catch([]),
    accounts: z.array(z.object({ name: z.string().nullable().catch(null) }).catch({ name: null })).catch([]),
  })
  .catch({
    base: "",
    redis: null,
    wake: null,
    federation: { listen: null },
    watch: { listen: null },
    alarms: [],
    accounts: [],
  });

/** What is wrong with keys together, each of which may be right by itself. */
export function checkAcrossKeys(value: unknown, issues: z.core.$RefinementCtx): void {
  const { base, redis, wake, federation, watch, alarms, accounts } = glimpse.parse(value);
  const complain = (path: (string | number)[], message: string, remedy: string): void => {
    issues.addIssue({ code: "custom", path, message, params: { remedy } });
  };
  if (wake === "queue" && redis === "off") {
    complain(
      ["wake"],
      "queue needs Redis, which is off",
      "set redis to private or to a url, or wake to direct",
    );
  }
  if (watch.listen !== null && watch.listen === federation.listen) {
    complain(
      ["watch", "listen"],
      "is where other gateways are served",
      "take another port: whoever reaches it sees how the gateway is",
    );
  }
  for (const [index, text] of alarms.entries()) {
    const { account } = readRoomReference(text) ?? { account: null };
    if (account === null || accounts.some(({ name }) => name === account)) continue;
    complain(
      ["alarms", index],
      `names account ${account}, which there is not`,
      "name a room of an account below",
    );
  }
  const soundBase = parseProviderDomain(base) !== null;
  const first = new Map<string, number>();
  for (const [index, { name }] of accounts.entries()) {
    if (name === null) continue;
    const earlier = first.get(name);
    if (earlier === undefined) first.set(name, index);
    else {
      complain(
        ["accounts", index, "name"],
        `is the name of account ${earlier + 1} of the list already`,
        "give each account a name of its own",
      );
    }
    if (ACCOUNT_NAME.test(name) && soundBase && parseProviderDomain(`${name}.${base}`) === null) {
      complain(["accounts", index, "name"], "makes no domain name with base", "shorten the name or base");
    }
  }
}
