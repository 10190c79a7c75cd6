/** What may stand in gateway.yaml. Types, JSON Schema, sample and reference are all made from this schema. */
import { z } from "zod";
import { parseProviderDomain } from "../../mappings/ids.ts";
import { limits } from "../limits.ts";
import { federationSchema } from "./federation-schema.ts";
import { EXAMPLE_KEY, parseKeys } from "../secrets/key-text.ts";
import { ACCOUNT_NAME, checkAcrossKeys } from "./across-keys.ts";
import { alarmsSchema, watchSchema } from "./watch-schema.ts";
import { count, duration, flag, networks, secret, secretUrl, size, text } from "./values.ts";

/**
 * The keys of one bridge's accounts beside `name` and `bridge`. Made of the kinds in values.ts, so that each key
 * has its description and example. Of the object its shape and its checks are taken over; a check sees name and bridge, too.
 */
export type BridgeConfigSchema = z.ZodObject;
/** The bridges that this gateway is made with, by the word that `bridge:` names. */
export type BridgeConfigSchemas = Readonly<Record<string, BridgeConfigSchema>>;

/** What every account has, whatever its bridge. */
export interface AccountBase {
  readonly name: string;
  readonly bridge: string;
}

/** One account as its bridge's schema reads it; `bridge` tells the kinds apart. */
export type AccountOf<Bridges extends BridgeConfigSchemas> = {
  [Kind in keyof Bridges & string]: { readonly name: string; readonly bridge: Kind } & Readonly<
    z.output<Bridges[Kind]>
  >;
}[keyof Bridges & string];

const settings = {
  base: text({
    description:
      "The base domain. An account's provider is called NAME.BASE, where NAME is the account's name.",
    example: "mimi.example.org",
  })
    .refine((value) => parseProviderDomain(value) !== null, { error: "is not a host name in lower case" })
    .default("mimi.localhost"),
  data: text({
    description: "The folder for the store, the control socket and the private Redis; relative to this file.",
    example: "/var/lib/mimi-gateway",
  }).default("var"),
  store: z
    .strictObject({
      sqlite: text({
        description:
          "A file for SQLite, relative to the data folder: the store of a gateway that is one process.",
        example: "gateway.sqlite",
      }).optional(),
      postgres: secretUrl(
        {
          description: "A PostgreSQL database: the store of a gateway of several processes.",
          example: "postgres://mimi@127.0.0.1:5432/mimi",
        },
        ["postgres", "postgresql"],
      ).optional(),
    })
    .superRefine((store, issues) => {
      if (store.sqlite === undefined || store.postgres === undefined) return;
      issues.addIssue({
        code: "custom",
        path: ["postgres"],
        message: "stands beside sqlite; there is one store",
      });
    })
    .prefault({})
    .meta({
      description: "Where everything is kept: one of the two.",
      examples: [{ sqlite: "gateway.sqlite" }],
    }),
  redis: z
    .union([
      z.enum(["private", "off"]),
      z.strictObject({
        url: secretUrl({ description: "A Redis that runs already.", example: "redis://127.0.0.1:6379/0" }, [
          "redis",
          "rediss",
        ]),
      }),
    ])
    .default("private")
    .meta({
      description:
        "Redis speeds up several processes; nothing is kept in it. private: the gateway runs a redis-server of " +
        "its own in the data folder, where one is installed. off: none. Or a url.",
      examples: ["private"],
    }),
  wake: z
    .enum(["direct", "queue"])
    .default("direct")
    .meta({
      description: "How work is started. direct: in the process that has it. queue: always through Redis.",
      examples: ["direct"],
    }),
  log: z
    .strictObject({
      level: z
        .enum(["trace", "debug", "info", "warn", "error"])
        .default("info")
        .meta({ description: "What is logged: this level and everything more serious.", examples: ["info"] }),
      bodies: flag(
        {
          description: "Whether message texts are logged too, which happens at level trace only.",
          example: false,
        },
        false,
      ),
    })
    .prefault({})
    .meta({ description: "The log, as JSON lines on standard output.", examples: [{ level: "info" }] }),
  limits: z
    .strictObject({
      event_bytes: size(
        { description: "Largest content of one event, in bytes.", example: "256KiB" },
        1024,
        16 * 1024 * 1024,
        limits.eventBytes,
      ),
      lease: duration(
        {
          description:
            "How long a process owns a lane without renewing; longer than any request to a platform.",
          example: "30s",
        },
        1_000,
        limits.leaseMs,
      ),
      sweep: duration(
        { description: "How often the store is searched for lanes that are behind.", example: "2s" },
        100,
        limits.sweepMs,
      ),
      tries: count(
        { description: "Tries at a fault that may pass before an event is set aside.", example: 8 },
        1,
        1_000,
        limits.tries,
      ),
    })
    .prefault({})
    .meta({ description: "Limits that may be changed.", examples: [{ lease: "30s" }] }),
  media: z
    .strictObject({
      largest: size(
        {
          description: "Largest file that is fetched and stored elsewhere; larger ones are linked.",
          example: "64MiB",
        },
        1024,
        16 * 1024 * 1024 * 1024,
        limits.mediaBytes,
      ),
      allow: networks(
        "Networks that files may be fetched from although they are not on the public internet.",
      ),
    })
    .prefault({})
    .meta({ description: "Files that messages carry.", examples: [{ largest: "64MiB" }] }),
  federation: federationSchema,
  commands: z
    .strictObject({
      link_across: flag(
        {
          description:
            "Whether whoever manages a room may link it, by a command on his platform, with a room of another account " +
            "without a code of that room.",
          example: false,
        },
        false,
      ),
    })
    .prefault({})
    .meta({
      description: "What people may do by commands on their platform (`/mimi` on Slack).",
      examples: [{ link_across: false }],
    }),
  alarms: alarmsSchema,
  watch: watchSchema,
  secrets_key: secret({
    description:
      "What credentials in the store are encrypted with: NUMBER:KEY, as `mimi-gateway secrets new-key` makes one; " +
      "several with commas or line breaks between, of which the highest encrypts. Without it the gateway makes a key " +
      "of its own and keeps it in the data folder, which processes that share a PostgreSQL can't.",
    example: EXAMPLE_KEY,
  })
    .refine((value) => parseKeys(value) !== null, { error: "is no key of the form NUMBER:KEY" })
    .optional(),
  slot: text(
    {
      description: "The name of this process among those on one PostgreSQL; made up where none is given.",
      example: "gateway-1",
    },
    128,
  ).optional(),
};

/** The name of an account: one label of a domain name. */
const accountName = text({
  description: "The account's name in commands and in its provider's domain.",
  example: "xmpp",
}).regex(ACCOUNT_NAME, {
  error: "is not a name of lower-case letters, digits and inner hyphens, 63 at most",
});

/**
 * The schema of the whole file for these bridges. It reads plain data: environment variables and secret files
 * are put in before (environment.ts, secret-files.ts).
 */
export function configSchema<const Bridges extends BridgeConfigSchemas>(bridges: Bridges) {
  const kinds = Object.entries(bridges).map(([kind, schema]) => {
    const account = z.strictObject({
      name: accountName,
      bridge: z.literal(kind).meta({ description: "The bridge that serves it.", examples: [kind] }),
      ...schema.shape,
    });
    // They were made for the same keys.
    return account.check(...((schema.def.checks ?? []) as unknown as z.core.$ZodCheck<object>[]));
  });
  const [first, ...rest] = kinds;
  const account = first === undefined ? z.never() : z.discriminatedUnion("bridge", [first, ...rest]);
  const accounts = z
    .array(account as unknown as z.ZodType<AccountOf<Bridges>>)
    .default([])
    .meta({ description: "The platform installations that are bridged.", examples: [[]] });
  return (
    z
      .strictObject({ ...settings, accounts })
      // Without `when`, zod leaves these checks out as soon as any key is wrong, and mistakes would come in turns.
      .superRefine(checkAcrossKeys, { when: () => true })
      .meta({ title: "gateway.yaml", description: "Configuration of mimi-gateway." })
  );
}
