/** What must be true of a Slack account's keys together, so that `mimi-gateway config check` finds it with its place. */
import type { z } from "zod";
import { slackConfigSchema } from "./config.ts";

type Key = keyof z.input<typeof slackConfigSchema>;

/** By which an account gets in by a link. */
const APP = ["client_id", "client_secret"] as const satisfies readonly Key[];

interface Mistake {
  /** null: of the account as a whole. */
  readonly key: Key | null;
  readonly message: string;
  readonly remedy: string;
}

/** `slackConfigSchema` with these checks; `slackConfig` refuses the same. */
export const slackAccountSchema = slackConfigSchema.superRefine(
  (account, issues) => {
    const given = new Set(
      Object.entries(account).flatMap(([key, value]) => (value === undefined ? [] : [key])),
    );
    const has = (key: Key): boolean => given.has(key);
    for (const { key, message, remedy } of [...eventMistakes(has), ...accessMistakes(has)])
      issues.addIssue({ code: "custom", path: key === null ? [] : [key], message, params: { remedy } });
  },
  // Without it zod leaves these checks out as soon as any key is wrong, and mistakes would come in turns.
  { when: () => true },
);

/** How events come: one way, whole. */
function eventMistakes(has: (key: Key) => boolean): readonly Mistake[] {
  const ways = "app_token (Socket Mode), or signing_secret and listen (HTTP)";
  if (has("app_token") && has("signing_secret"))
    return [
      {
        key: "signing_secret",
        message: "stands beside app_token; events come one way",
        remedy: `keep ${ways}`,
      },
    ];
  if (has("app_token")) {
    if (!has("listen") || has("public_url")) return [];
    const message = "is for HTTP, and app_token for Socket Mode";
    return [{ key: "listen", message, remedy: "leave it out, or say by public_url who else is to reach it" }];
  }
  if (!has("signing_secret"))
    return [{ key: null, message: "says no way for events to come", remedy: `give ${ways}` }];
  if (has("listen")) return [];
  return [
    {
      key: "signing_secret",
      message: "needs listen beside it",
      remedy: "say where Slack's requests are taken",
    },
  ];
}

/** How the gateway gets in: with a token, or by a link. */
function accessMistakes(has: (key: Key) => boolean): readonly Mistake[] {
  const beside = APP.find(has);
  const ways = "token, or client_id, client_secret, public_url and listen";
  if (beside === undefined)
    return has("token") ? [] : [{ key: null, message: "says no way in", remedy: `give ${ways}` }];
  if (has("token"))
    return [{ key: beside, message: "stands beside token; there is one way in", remedy: `keep ${ways}` }];
  const missing = ([...APP, "public_url", "listen"] as const).filter((key) => !has(key));
  if (missing.length === 0) return [];
  return [{ key: beside, message: `needs ${missing.join(" and ")} beside it`, remedy: "give all of them" }];
}
